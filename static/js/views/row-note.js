/** The line under a row: a question before something destructive, or why an action did not do. */

import { html } from "htm/preact";
import { useEffect, useRef } from "preact/hooks";
import { errorWords } from "../lib/errors.js";
import { t } from "../lib/i18n.js";
import { dismiss, run } from "../state/activity.js";
import { IconButton } from "../ui/icon-button.js";
import { offerKey, offerName } from "./row-actions.js";

/**
 * @typedef {import("../client/types.js").Container} Container
 * @typedef {import("../state/activity.js").Activity} Activity
 */

/** @param {{container: Container, activity: Activity}} props */
export function RowNote({ container, activity }) {
  return html`<tr class="row-note" role="row" data-testid="row-message" data-phase=${activity.phase}>
    <td role="cell">
      ${activity.phase === "asking"
        ? html`<${Question} container=${container} offer=${activity.offer} />`
        : html`<${Outcome} container=${container} activity=${activity} />`}
    </td>
  </tr>`;
}

/** @param {{container: Container, offer: import("../lib/rules.js").Offer}} props */
function Question({ container, offer }) {
  const cancel = useRef(/** @type {HTMLButtonElement | null} */ (null));
  // The harmless button gets the focus: an Enter held too long must not kill.
  useEffect(() => {
    cancel.current?.focus();
    // Later: the question still stands while it is being taken away.
    return () => void setTimeout(focusRow, 0, container);
  }, []);
  /** @param {KeyboardEvent} event */
  const onKeyDown = (event) => {
    if (event.key !== "Escape") return;
    event.preventDefault();
    dismiss(container);
  };
  return html`<div class="note is-bad" role="group" onKeyDown=${onKeyDown}>
    <p>${t(`ask.${offerKey(offer)}`, { name: container.name })}</p>
    <div class="note-buttons">
      <button
        type="button"
        class="button danger"
        data-action="confirm"
        onClick=${() => void run(container, offer)}
      >
        ${offerName(offer, container)}
      </button>
      <button type="button" class="button" ref=${cancel} onClick=${() => dismiss(container)}>${t("ask.cancel")}</button>
    </div>
  </div>`;
}

/**
 * The question is gone and took the focus with it; the keyboard goes on in the same row.
 *
 * @param {Container} container
 */
function focusRow({ id }) {
  const link = document.querySelector(`[data-container="${id}"] [data-action="logs"]`);
  if (document.activeElement === document.body && link instanceof HTMLElement) link.focus({ preventScroll: true });
}

/** @param {{container: Container, activity: Activity}} props */
function Outcome({ container, activity }) {
  if (activity.phase !== "refused" && activity.phase !== "unknown") return null;
  const { phase, offer } = activity;
  const words =
    phase === "refused"
      ? `${t(`refused.${offer.action}`, { name: container.name })} ${errorWords(activity.error)}`
      : t(`unknown.${offer.action}`, { name: container.name, seconds: activity.seconds });
  return html`<div class="note ${phase === "refused" ? "is-bad" : "is-warn"}" role="alert">
    <p>${words}</p>
    <${IconButton} icon="close" label=${t("note.dismiss")} onClick=${() => dismiss(container)} />
  </div>`;
}
