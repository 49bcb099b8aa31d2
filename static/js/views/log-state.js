/** The line below a log: whether it is being followed, and if not, why and since when. */

import { html } from "htm/preact";
import { errorWords } from "../lib/errors.js";
import { clockTime, count } from "../lib/format.js";
import { t, tn } from "../lib/i18n.js";
import { exitWords } from "../lib/status.js";
import { connection, containerOf, heardAt, hearsNothing } from "../state/live.js";
import { BOUNDS } from "../state/log-book.js";

/**
 * @typedef {import("./log-lines.js").LogParts} LogParts
 * @typedef {import("../state/live.js").Ref} Ref
 * @typedef {LogParts["book"]["tail"]} Tail
 */

/** @param {Pick<LogParts, "book" | "reading"> & {refs: Ref[]}} props */
export function LogState({ book, reading, refs }) {
  const { tail } = book;
  const phase = tail.phase.value;
  const isPaused = reading.isPaused.value && phase === "following";
  return html`<div class="log-state" role="status" data-phase=${isPaused ? "paused" : phase}>
    <span>${phase === "following" ? followingWords(tail, reading, refs) : phaseWords(tail, refs)}</span>
    ${phase === "refused" &&
    html`<button type="button" class="link" onClick=${() => tail.reload()}>${t("logs.again")}</button>`}
    ${tail.broken.value > 0 && html`<span>${tn("logs.broken", tail.broken.value)}</span>`}
    ${tail.unreadable.value > 0 && html`<span>${tn("logs.unreadable", tail.unreadable.value)}</span>`}
    ${tail.leftOut.value > 0 && html`<span>${tn("logs.left_out", tail.leftOut.value)}</span>`}
    <span class="spacer"></span>
    <span>${heldWords(book)}</span>
  </div>`;
}

/** @param {LogParts["book"]} book */
function heldWords(book) {
  void book.version.value;
  if (book.isCut.value) return t("logs.cut");
  if (book.lines.length >= BOUNDS.lines) return t("logs.trimmed", { n: count(BOUNDS.lines) });
  return book.hasLetGo ? t("logs.trimmed_size", { n: count(BOUNDS.chars) }) : "";
}

/**
 * The log may be followed, and the reader not: both have to be true for "following".
 *
 * @param {Tail} tail
 * @param {LogParts["reading"]} reading
 * @param {Ref[]} refs
 */
function followingWords(tail, reading, refs) {
  if (connection.value.status !== "connected" || hearsNothing.value) {
    return t("logs.lost", { since: clockTime(heardAt.value ?? tail.since.value) });
  }
  if (reading.isPaused.value) return t("logs.paused");
  if (reading.leftAt.value !== null) return t("logs.left");
  // How many of them are not is said beside it.
  if (tail.broken.value > 0) return "";
  return phaseWords(tail, refs);
}

/** @param {Tail} tail @param {Ref[]} refs */
function phaseWords(tail, refs) {
  const phase = tail.phase.value;
  if (phase === "refused") return errorWords(tail.error.value);
  if (phase === "lost") return t("logs.lost", { since: clockTime(tail.since.value) });
  if (refs.length > 1) return t(`logs.several.${phase}`);
  if (phase !== "ended") return t(`logs.${phase}`);
  const container = containerOf(refs[0]);
  if (container?.state === "created") return t("logs.never_started");
  const why = container?.state === "exited" ? exitWords(container) : "";
  return why ? t("logs.ended_with", { why }) : t("logs.ended");
}
