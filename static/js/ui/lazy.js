/** A part of the page that is fetched when it is first looked at, to keep the first view small. */

import { html } from "htm/preact";
import { signal } from "@preact/signals";
import { t } from "../lib/i18n.js";

/**
 * @template {object} P
 * @param {() => Promise<(props: P) => any>} load
 * @returns {(props: P) => any}
 */
export function lazy(load) {
  /** @type {import("@preact/signals").Signal<((props: P) => any) | "missing" | null>} */
  const part = signal(null);
  let isAsked = false;
  const ask = () => {
    if (isAsked) return;
    isAsked = true;
    load().then(
      (view) => (part.value = view),
      () => (part.value = "missing"),
    );
  };
  return (props) => {
    if (part.value === "missing") return html`<${PartMissing} />`;
    if (part.value) return html`<${part.value} ...${props} />`;
    ask();
    return null;
  };
}

/** The connection broke, or another version of dockmon is running by now and has other files. */
function PartMissing() {
  return html`<p class="part-missing" role="alert">
    ${t("page.part_missing")}
    <button type="button" class="button" onClick=${() => location.reload()}>${t("page.reload")}</button>
  </p>`;
}
