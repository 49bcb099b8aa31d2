/** How the reading of a container's details went: when, or why not. Counterpart: `state/inspect.js`. */

import { html } from "htm/preact";
import { useRef } from "preact/hooks";
import { errorWords } from "../lib/errors.js";
import { t } from "../lib/i18n.js";
import { AwaitedLines } from "../ui/awaited-lines.js";
import { usePassedFocus } from "../ui/kept-focus.js";

/**
 * Nothing while all is well.
 *
 * @param {{inspection: import("../state/inspect.js").Inspection, isTrue: boolean}} props
 */
export function Reading({ inspection, isTrue }) {
  const error = inspection.error.value;
  const details = inspection.details.value;
  if (error) return html`<${NotRead} inspection=${inspection} error=${error} />`;
  return details ? null : html`<${Awaited} isTrue=${isTrue} />`;
}

/** @param {{inspection: import("../state/inspect.js").Inspection, error: unknown}} props */
function NotRead({ inspection, error }) {
  const box = useRef(/** @type {HTMLElement | null} */ (null));
  usePassedFocus(box, ".panel-body");
  return html`<p class="panel-note is-bad" role="alert" data-testid="panel-error" ref=${box}>
    ${t(inspection.details.value ? "details.not_read_again" : "details.not_read")} ${errorWords(error)}${" "}
    <button type="button" class="link-button" onClick=${() => void inspection.read()}>${t("details.again")}</button>
  </p>`;
}

/** On its way, unless the engine cannot be asked. @param {{isTrue: boolean}} props */
export function Awaited({ isTrue }) {
  return isTrue ? html`<${AwaitedLines} />` : html`<p class="panel-note" role="status">${t("details.not_now")}</p>`;
}
