/** The way back to the end of a log, which says how much has come there meanwhile. */

import { html } from "htm/preact";
import { t, tn } from "../lib/i18n.js";

/** @param {Pick<import("./log-lines.js").LogParts, "search" | "reading">} props */
export function LogJump({ search, reading }) {
  if (reading.leftAt.value === null) return null;
  const fresh = search.isHiding ? reading.newAmong(search.shown.value) : reading.newOfAll;
  return html`<div class="log-jump">
    <button type="button" class="button" data-action="log-end" onClick=${() => reading.toEnd()}>
      ${fresh > 0 ? tn("logs.new_lines", fresh) : t("logs.to_end")}
    </button>
  </div>`;
}
