/** Numbers over two minutes as SVG path data, and the scale they are drawn in. Counterpart: `ui/sparkline.js`. */

/** How far back a sparkline reaches. */
export const SPAN_SECONDS = 120;

/** A stroke of no length, whose round ends are all there is of it. */
const DOT = "h0";

/**
 * @typedef {object} Frame
 * @property {number} until Unix seconds at the right edge
 * @property {number} top the value at `high`
 * @property {number} width
 * @property {number} low where zero is drawn
 * @property {number} high above or below `low`: a line can hang down
 */

/**
 * A part of its own between any two gaps; a lone sample is a dot. What stays level, as most
 * containers do, is one stroke. Whole numbers, which are written four times as fast.
 *
 * @param {Float64Array} times Unix seconds, oldest first
 * @param {Float64Array} values NaN is a gap
 * @param {Frame} frame
 */
export function linePath(times, values, { until, top, width, low, high }) {
  const perSecond = width / SPAN_SECONDS;
  const perUnit = (high - low) / top;
  let path = "";
  let level = NaN;
  let pending = "";
  for (let at = 0; at < values.length; at += 1) {
    const ago = until - times[at];
    const isKnown = ago >= 0 && ago <= SPAN_SECONDS && !Number.isNaN(values[at]);
    const x = Math.round(width - ago * perSecond);
    const y = isKnown ? Math.round(low + Math.min(values[at], top) * perUnit) : NaN;
    if (y === level) {
      pending = `H${x}`;
      continue;
    }
    const begins = isKnown && Number.isNaN(level);
    path += isKnown && pending === DOT ? "" : pending;
    pending = begins ? DOT : "";
    if (isKnown) path += `${begins ? "M" : "L"}${x} ${y}`;
    level = y;
  }
  return path + pending;
}

/**
 * Few steps, so that a scale seldom changes.
 *
 * @param {number} peak
 * @param {number} least what is less stays small: noise must not look like load
 * @returns {number} 1, 2 or 5 times a power of ten
 */
export function decimalTop(peak, least) {
  const wanted = Math.max(peak, least);
  const power = 10 ** Math.floor(Math.log10(wanted));
  return [1, 2, 5, 10].map((step) => step * power).find((top) => top >= wanted) ?? wanted;
}

/**
 * @param {number} peak
 * @param {number} least
 * @returns {number} a power of two
 */
export function binaryTop(peak, least) {
  return 2 ** Math.ceil(Math.log2(Math.max(peak, least)));
}
