/** What stands before the first line of a log, and in place of lines where there are none. */

import { html } from "htm/preact";
import { t } from "../lib/i18n.js";

/** @typedef {import("./log-lines.js").LogParts} LogParts */

/**
 * @param {{book: LogParts["book"], isStopped: boolean, onFurther: () => void}} props
 *   isStopped: further back only when asked
 */
export function LogBeginning({ book, isStopped, onFurther }) {
  const older = book.older.value;
  if (older === "failed") {
    return html`<div class="log-beginning" role="status">
      ${t("logs.older_failed")} <button type="button" class="link" onClick=${onFurther}>${t("logs.again")}</button>
    </div>`;
  }
  if (older === "more" && isStopped) {
    return html`<div class="log-beginning">
      <button type="button" class="link" onClick=${onFurther}>${t("logs.look_further")}</button>
    </div>`;
  }
  return html`<div class="log-beginning" data-older=${older}>${book.lines.length > 0 && WORDS[older]()}</div>`;
}

const WORDS = {
  more: () => "",
  loading: () => t("logs.older_loading"),
  start: () => t("logs.begins"),
  gone: () => t("logs.older_gone"),
};

/** Phases in which no line means that none was written. */
const SILENT = new Set(["following", "ended"]);

/** @param {Pick<LogParts, "book" | "search">} props */
export function LogNothing({ book, search }) {
  if (book.lines.length > 0) {
    return search.isJudged.value && html`<p class="log-note" role="status">${t("logs.no_match")}</p>`;
  }
  return SILENT.has(book.tail.phase.value) && html`<p class="log-note">${t("logs.empty")}</p>`;
}
