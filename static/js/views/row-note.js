/**
 * What is said beside one container: a question before something destructive, or why an action did
 * not do. Under its row in the table, and in its panel.
 */

import { html } from "htm/preact";
import { useEffect, useRef } from "preact/hooks";
import { errorWords } from "../lib/errors.js";
import { t } from "../lib/i18n.js";
import { offerKey } from "../lib/rules.js";
import { activityOf, dismiss, run } from "../state/activity.js";
import { IconButton } from "../ui/icon-button.js";
import { usePassedFocus } from "../ui/kept-focus.js";
import { OutcomeMark } from "../ui/outcome-mark.js";
import { singlePress } from "../ui/single-press.js";
import { offerName } from "./row-actions.js";

/**
 * @typedef {import("../client/types.js").Container} Container
 * @typedef {import("../state/activity.js").Activity} Activity
 * @typedef {import("../lib/rules.js").Offer} Offer
 */

/** Whether something is to be said. @param {Activity} activity */
export function isNoted({ phase }) {
  return phase === "asking" || phase === "refused" || phase === "unknown";
}

/** @param {{container: Container, activity: Activity}} props */
export function RowNote({ container, activity }) {
  return html`<tr class="row-note" role="row" data-testid="row-message" data-phase=${activity.phase}>
    <td role="cell">
      <${Note} container=${container} activity=${activity} afterwards=${`[data-container="${container.id}"] [data-action="logs"]`} />
    </td>
  </tr>`;
}

/**
 * For the panel.
 *
 * @param {{container: Container}} props
 */
export function ContainerNote({ container }) {
  const activity = activityOf(container).value;
  if (!isNoted(activity)) return null;
  return html`<div data-testid="panel-message" data-phase=${activity.phase}>
    <${Note} container=${container} activity=${activity} afterwards=".panel h2" />
  </div>`;
}

/**
 * @param {{container: Container, activity: Activity, afterwards: string}} props
 *   `afterwards`: a selector of where the keyboard goes on when it has gone
 */
function Note({ container, activity, afterwards }) {
  if (activity.phase !== "asking") {
    return html`<${Outcome} container=${container} activity=${activity} afterwards=${afterwards} />`;
  }
  const { offer } = activity;
  const key = `${offerKey(offer)} ${offer.allow_self}`;
  return html`<${Question} key=${key} container=${container} offer=${offer} afterwards=${afterwards} />`;
}

/** @param {{container: Container, offer: Offer, afterwards: string}} props */
function Question({ container, offer, afterwards }) {
  const cancel = useRef(/** @type {HTMLButtonElement | null} */ (null));
  // The harmless button gets the focus: an Enter held too long must not kill.
  useEffect(() => {
    const opener = document.activeElement;
    if (isAskedBy(cancel.current, opener)) cancel.current?.focus();
    // Later: the question still stands while it is being taken away.
    return () => void setTimeout(goOn, 0, opener, afterwards);
  }, []);
  /** @param {KeyboardEvent} event */
  const onKeyDown = (event) => {
    if (event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation();
    dismiss(container);
  };
  return html`<div class="note is-bad" role="group" onKeyDown=${onKeyDown} ...${singlePress}>
    <p>${questionWords(offer, container)}</p>
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

/** @param {Offer} offer @param {Container} container */
function questionWords(offer, { name }) {
  return offer.allow_self ? t(`ask.itself.${offer.action}`, { name }) : t(`ask.${offerKey(offer)}`, { name });
}

/**
 * The row and the panel ask the same. The focus goes to the one that was acted from.
 *
 * @param {HTMLElement | null} button
 * @param {Element | null} opener what had the focus
 */
function isAskedBy(button, opener) {
  const isInPanel = (/** @type {Element | null} */ element) => element?.closest(".panel") != null;
  return document.querySelectorAll(".note [data-action=confirm]").length === 1 || isInPanel(button) === isInPanel(opener);
}

/**
 * The question is gone and took the focus with it; the keyboard goes on where it was, or beside it.
 *
 * @param {Element | null} opener
 * @param {string} afterwards a selector
 */
function goOn(opener, afterwards) {
  if (document.activeElement !== document.body) return;
  const canTake = opener !== document.body && opener?.isConnected && !opener.matches(":disabled");
  const next = canTake ? opener : document.querySelector(afterwards);
  if (next instanceof HTMLElement) next.focus({ preventScroll: true });
}

/** @param {{container: Container, activity: Activity, afterwards: string}} props */
function Outcome({ container, activity, afterwards }) {
  const box = useRef(/** @type {HTMLElement | null} */ (null));
  usePassedFocus(box, afterwards);
  if (activity.phase !== "refused" && activity.phase !== "unknown") return null;
  const { phase, offer } = activity;
  const words =
    phase === "refused"
      ? `${t(`refused.${offer.action}`, { name: container.name })} ${errorWords(activity.error)}`
      : t(`unknown.${offer.action}`, { name: container.name, seconds: activity.seconds });
  return html`<div class="note ${phase === "refused" ? "is-bad" : "is-warn"}" role="alert" ref=${box}>
    <${OutcomeMark} kind=${phase} />
    <p>${words}</p>
    <${IconButton} icon="close" label=${t("note.dismiss")} onClick=${() => dismiss(container)} />
  </div>`;
}
