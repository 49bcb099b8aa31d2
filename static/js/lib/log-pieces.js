/** A text cut into pieces that look the same all through: by its colours, and by what was found in it. */

/**
 * @typedef {{text: string, style: import("./ansi.js").Style | null, isMatch: boolean}} Piece
 */

/**
 * @param {string} text
 * @param {number} from
 * @param {number} to
 * @param {readonly import("./ansi.js").Span[]} spans in their order, side by side
 * @param {readonly number[] | null} ranges start, end, start, end…
 * @returns {Piece[]}
 */
export function piecesOf(text, from, to, spans, ranges) {
  if (spans.length === 0 && ranges === null) return [{ text: text.slice(from, to), style: null, isMatch: false }];
  /** @type {Piece[]} */
  const pieces = [];
  let [at, span, range] = [from, 0, 0];
  while (at < to) {
    while (span < spans.length && spans[span].end <= at) span += 1;
    while (ranges && range < ranges.length && ranges[range + 1] <= at) range += 2;
    const style = spans[span] && spans[span].start <= at ? spans[span].style : null;
    const isMatch = ranges !== null && ranges[range] <= at;
    const next = Math.min(to, edge(at, spans[span]?.start, spans[span]?.end), edge(at, ranges?.[range], ranges?.[range + 1]));
    pieces.push({ text: text.slice(at, next), style, isMatch });
    at = next;
  }
  return pieces;
}

/**
 * The next edge behind a place.
 *
 * @param {number} at
 * @param {number} [start]
 * @param {number} [end]
 */
function edge(at, start = Infinity, end = Infinity) {
  return start > at ? start : end;
}
