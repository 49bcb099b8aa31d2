/** The question before something is destroyed in many containers: by names and number. */

import { html } from "htm/preact";
import { useEffect, useRef } from "preact/hooks";
import { t, tn } from "../lib/i18n.js";
import { nameList } from "../lib/outcomes.js";
import { offerKey } from "../lib/rules.js";
import { dropQuestion, runMany } from "../state/bulk.js";
import { plainName } from "./row-actions.js";

const MOST_NAMES = 8;

/** @param {{wish: import("../state/bulk.js").Wish}} props */
export function ManyQuestion({ wish }) {
  const { offer, containers } = wish;
  const cancel = useRef(/** @type {HTMLButtonElement | null} */ (null));
  // The harmless button gets the focus: an Enter held too long must not kill.
  useEffect(() => cancel.current?.focus(), []);
  /** @param {KeyboardEvent} event */
  const onKeyDown = (event) => {
    if (event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation();
    dropQuestion();
  };
  const names = containers.map(({ name }) => name);
  const key = offerKey(offer);
  return html`<div class="bulk-card is-bad" role="group" data-testid="bulk-question" onKeyDown=${onKeyDown}>
    <p>
      <strong>${tn(`bulk.ask.${key}`, names.length)}</strong>${" "}
      <span class="bulk-names">${nameList(names, MOST_NAMES)}.</span>${" "}
      <span class="muted">${tn(`bulk.loss.${key}`, names.length)}</span>
    </p>
    <div class="note-buttons">
      <button type="button" class="button danger" data-action="confirm" onClick=${() => runMany(wish)}>
        ${t("bulk.do_all", { action: plainName(offer), count: names.length })}
      </button>
      <button type="button" class="button" ref=${cancel} onClick=${dropQuestion}>${t("ask.cancel")}</button>
    </div>
  </div>`;
}
