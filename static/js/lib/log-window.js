/**
 * Which of many lines are to be drawn, and where they stand, when their heights differ and most of
 * them were never measured. Counterpart: `views/log-lines.js`.
 */

/**
 * @typedef {{seq: number}} Numbered
 * @typedef {(line: any) => number} HeightOf
 */

/**
 * @param {readonly Numbered[]} lines
 * @param {number} end how many of them
 * @param {HeightOf} heightOf
 */
export function heightBefore(lines, end, heightOf) {
  let sum = 0;
  for (let at = 0; at < end; at += 1) sum += heightOf(lines[at]);
  return sum;
}

/**
 * @param {readonly Numbered[]} lines
 * @param {number} top in pixels from the first line's upper edge
 * @param {HeightOf} heightOf
 * @returns {{at: number, offset: number}} the line there, and how far below its upper edge
 */
export function lineAt(lines, top, heightOf) {
  let offset = Math.max(0, top);
  for (let at = 0; at < lines.length; at += 1) {
    const height = heightOf(lines[at]);
    if (offset < height) return { at, offset };
    offset -= height;
  }
  return { at: Math.max(0, lines.length - 1), offset: 0 };
}

/**
 * @param {readonly Numbered[]} lines
 * @param {number} at what has to be in sight
 * @param {number} before pixels to draw above it
 * @param {number} after pixels to draw from its upper edge on
 * @param {HeightOf} heightOf
 * @returns {{first: number, end: number}}
 */
export function rangeAround(lines, at, before, after, heightOf) {
  let [first, end] = [at, at];
  for (let left = before; first > 0 && left > 0; left -= heightOf(lines[first])) first -= 1;
  for (let left = after; end < lines.length && left > 0; end += 1) left -= heightOf(lines[end]);
  return { first, end };
}

/**
 * Where a line stands among those shown; of one that is not shown, where it would.
 *
 * @param {readonly Numbered[]} lines by number
 * @param {number} seq
 */
export function indexOf(lines, seq) {
  let [low, high] = [0, lines.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (lines[middle].seq < seq) low = middle + 1;
    else high = middle;
  }
  return low;
}
