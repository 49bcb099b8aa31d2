/** The way back to the end of a log, which says how much has come there meanwhile. */

import { html } from "htm/preact";
import { t, tn } from "../lib/i18n.js";

/** @param {Pick<import("./log-lines.js").LogParts, "book" | "reading">} props */
export function LogJump({ book, reading }) {
  const leftAt = reading.leftAt.value;
  if (leftAt === null) return null;
  const fresh = book.arrived.value - leftAt;
  return html`<div class="log-jump">
    <button type="button" class="button" data-action="log-end" onClick=${() => reading.toEnd()}>
      ${fresh > 0 ? tn("logs.new_lines", fresh) : t("logs.to_end")}
    </button>
  </div>`;
}
