/**
 * A line as a terminal would have coloured it, and nothing else a terminal would have done: links,
 * titles, the clipboard and the cursor are taken out whole, finished or not. What is left of
 * controls and of characters that turn the direction of writing is shown by name; so is what has
 * hidden text that a reader would have expected.
 * Counterpart: `log-colours.js`, which makes CSS of a style.
 */

import { visibleText } from "./visible-text.js";

/**
 * @typedef {number | [number, number, number]} Colour one of 256, or red, green and blue
 * @typedef {object} Style
 * @property {Colour | null} fg
 * @property {Colour | null} bg
 * @property {boolean} bold
 * @property {boolean} dim
 * @property {boolean} italic
 * @property {boolean} underline
 * @property {boolean} inverse
 * @typedef {{start: number, end: number, style: Style}} Span
 */

/** @type {Style} */
const PLAIN = { fg: null, bg: null, bold: false, dim: false, italic: false, underline: false, inverse: false };

/** @type {Span[]} */
const NO_SPANS = [];

/* Classes next to each other share no character, so none of these can backtrack. The second half
   of each pair is the same in one character (C1), which terminals obey as well. */
const CSI = "(?:\\u001b\\[|\\u009b)([0-?]*)([ -/]*[@-~]?)";
/** OSC, DCS, SOS, PM and APC: a text for the terminal, up to its end or the line's. */
const STRING = "(\\u001b[\\]PX^_]|[\\u009d\\u0090\\u0098\\u009e\\u009f])[^\\u0007\\u001b\\u009c]*(\\u0007|\\u001b\\\\|\\u009c)?";
const ESCAPE = "\\u001b[ -/]*[0-~]?";
/** What `visibleText` gives a name, and the two separators that a page would break a line at. */
const OTHER =
  "[\\u0000-\\u0008\\u000a-\\u001f\\u007f-\\u009f\\u00ad\\u061c\\u180e\\u200b\\u200e\\u200f\\u2028-\\u202e\\u2060-\\u2064\\u2066-\\u2069\\ufeff]";
/** Stands where a line was begun anew, over a text that is not shown. */
export const REDRAWN = visibleText("\r");
const UNUSUAL = new RegExp(OTHER);
const TOKENS = new RegExp(`${CSI}|${STRING}|${ESCAPE}|${OTHER}`, "g");

/**
 * @param {string} line
 * @returns {{text: string, spans: Span[]}} spans only where the style is not the plain one
 */
export function parseAnsi(line) {
  if (!UNUSUAL.test(line)) return { text: line, spans: NO_SPANS };
  const source = withoutReturn(line);
  let text = "";
  let style = PLAIN;
  let [from, begun] = [0, 0];
  /** @type {Span[]} */
  let spans = [];
  const close = () => {
    if (style !== PLAIN && text.length > begun) spans.push({ start: begun, end: text.length, style });
    begun = text.length;
  };
  for (const match of source.matchAll(TOKENS)) {
    text += source.slice(from, match.index);
    from = match.index + match[0].length;
    if (match[2] === "m") {
      close();
      style = styled(style, match[1]);
    } else if (match[0] === "\r") {
      // A progress bar redraws its line: what a terminal shows is what came last.
      text = text.trim() === "" ? "" : REDRAWN;
      [spans, begun] = [[], text.length];
    } else if (match[3] !== undefined) {
      // Without its end, it has swallowed what may not have been meant for it.
      if (match[4] === undefined) text += visible(match[3][0]);
    } else if (match[2] === undefined && !isSequence(match[0])) text += visible(match[0]);
  }
  text += source.slice(from);
  close();
  return { text, spans };
}

/** @param {string} line */
function withoutReturn(line) {
  let end = line.length;
  while (line[end - 1] === "\r") end -= 1;
  return line.slice(0, end);
}

/** @param {string} token */
function isSequence(token) {
  return token.length > 1 || token === "\u001b";
}

/** @param {string} character */
function visible(character) {
  return character === "\u2028" || character === "\u2029" ? "\u21b5" : visibleText(character);
}

/**
 * @param {Style} before
 * @param {string} parameters of "select graphic rendition"
 * @returns {Style}
 */
function styled(before, parameters) {
  // Beginning with <, =, > or ?, it is another order of some terminal's own.
  if (/^[<-?]/.test(parameters)) return before;
  const style = { ...before };
  const codes = parameters.split(";");
  for (let at = 0; at < codes.length; at += 1) {
    const [code, ...sub] = codes[at].split(":").map(Number);
    if (code === 38 || code === 48) {
      const colon = sub.length > 0;
      const { colour, used } = extended(colon ? sub : codes.slice(at + 1, at + 5).map(Number), colon);
      if (colour !== null) style[code === 38 ? "fg" : "bg"] = colour;
      if (!colon) at += used;
    } else apply(style, code, sub[0]);
  }
  return isPlain(style) ? PLAIN : style;
}

/**
 * What follows 38 or 48: `5;n`, or `2;r;g;b`, with colons also `2:space:r:g:b`.
 *
 * @param {number[]} rest
 * @param {boolean} withColons
 * @returns {{colour: Colour | null, used: number}}
 */
function extended([kind, ...rest], withColons) {
  if (kind === 5) return { colour: isByte(rest[0]) ? rest[0] : null, used: 2 };
  if (kind !== 2) return { colour: null, used: 1 };
  const [red, green, blue] = withColons && rest.length > 3 ? rest.slice(1) : rest;
  const colour = [red, green, blue].every(isByte) ? /** @type {Colour} */ ([red, green, blue]) : null;
  return { colour, used: 4 };
}

/** @param {number} value */
function isByte(value) {
  return Number.isInteger(value) && value >= 0 && value <= 255;
}

/**
 * @param {Style} style
 * @param {number} code
 * @param {number | undefined} sub the kind of an underline; 0 is none
 */
function apply(style, code, sub) {
  if (code === 0) Object.assign(style, PLAIN);
  else if (code === 1) style.bold = true;
  else if (code === 2) style.dim = true;
  else if (code === 3) style.italic = true;
  else if (code === 4) style.underline = sub !== 0;
  else if (code === 7) style.inverse = true;
  else if (code === 21) style.underline = true;
  else if (code === 22) style.bold = style.dim = false;
  else if (code === 23) style.italic = false;
  else if (code === 24) style.underline = false;
  else if (code === 27) style.inverse = false;
  else if (code === 39) style.fg = null;
  else if (code === 49) style.bg = null;
  else if (code >= 30 && code <= 37) style.fg = code - 30;
  else if (code >= 40 && code <= 47) style.bg = code - 40;
  else if (code >= 90 && code <= 97) style.fg = code - 82;
  else if (code >= 100 && code <= 107) style.bg = code - 92;
}

/** @param {Style} style */
function isPlain({ fg, bg, bold, dim, italic, underline, inverse }) {
  return fg === null && bg === null && !bold && !dim && !italic && !underline && !inverse;
}
