/**
 * A terminal's style as CSS that can be read in both themes. The sixteen named colours are
 * `tokens.css`'s own; of any other the brightness is moved until the contrast is enough (AA).
 * Counterpart: `ansi.js`.
 *
 * @import { Colour, Style } from "./ansi.js"
 */

/** Luminances against which the brightest light ground and the darkest dark one leave 4.5 : 1. */
const AT_MOST = 0.13;
const AT_LEAST = 0.28;

const STEPS = [0, 95, 135, 175, 215, 255];

/**
 * @param {Style} style
 * @returns {Record<string, string>} for a `style` property
 */
export function cssOf({ fg, bg, bold, dim, italic, underline, inverse }) {
  /** @type {Record<string, string>} */
  const css = {};
  const [ink, ground] = inverse ? [null, fg] : [fg, bg];
  if (ink !== null) css.color = inkOf(ink);
  else if (dim) css.color = "var(--muted)";
  // Any colour on any other would be a matter of luck: on a ground, the text keeps its own.
  if (ground !== null) Object.assign(css, { color: "var(--text)", backgroundColor: tintOf(ground) });
  else if (inverse) Object.assign(css, { color: "var(--ground)", backgroundColor: "var(--text)" });
  if (bold) css.fontWeight = "700";
  if (italic) css.fontStyle = "italic";
  if (underline) css.textDecoration = "underline";
  return css;
}

/** @param {Colour} colour */
function inkOf(colour) {
  if (typeof colour === "number" && colour < 16) return `var(--ansi-${colour})`;
  const linear = rgbOf(colour).map(toLinear);
  return `light-dark(${written(darkened(linear))}, ${written(lightened(linear))})`;
}

/** @param {Colour} colour */
function tintOf(colour) {
  const ink = typeof colour === "number" && colour < 16 ? `var(--ansi-${colour})` : `rgb(${rgbOf(colour).join(" ")})`;
  return `color-mix(in srgb, ${ink} 24%, transparent)`;
}

/**
 * @param {Colour} colour not one of the sixteen
 * @returns {number[]}
 */
function rgbOf(colour) {
  if (typeof colour !== "number") return colour;
  if (colour >= 232) return Array(3).fill(8 + (colour - 232) * 10);
  const cube = colour - 16;
  return [Math.floor(cube / 36), Math.floor(cube / 6) % 6, cube % 6].map((step) => STEPS[step]);
}

/** @param {number[]} linear */
function darkened(linear) {
  const factor = Math.min(1, AT_MOST / luminance(linear));
  return linear.map((part) => part * factor);
}

/** @param {number[]} linear */
function lightened(linear) {
  const now = luminance(linear);
  const share = Math.max(0, (AT_LEAST - now) / (1 - now));
  return linear.map((part) => part + (1 - part) * share);
}

/** @param {number[]} linear */
function luminance([red, green, blue]) {
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue || Number.MIN_VALUE;
}

/** @param {number} part 0 to 255 */
function toLinear(part) {
  const share = part / 255;
  return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
}

/** @param {number[]} linear */
function written(linear) {
  const parts = linear.map((part) => (part <= 0.0031308 ? part * 12.92 : 1.055 * part ** (1 / 2.4) - 0.055));
  return `rgb(${parts.map((part) => Math.round(Math.min(1, part) * 255)).join(" ")})`;
}
