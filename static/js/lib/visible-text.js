/**
 * Text of outsiders, made so that what is read is what is there: nothing turns the direction of
 * what stands beside it, and nothing is invisible.
 */

/** What turns directions, and what has no width; not the joiners, which emoji and scripts need. */
const UNSEEN = /[\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\u0080-\u009f]/g;
/** All but the tab and the newline. */
// eslint-disable-next-line no-control-regex
const CONTROLS = /[\u0000-\u0008\u000b-\u001f]/g;
const DELETE = "\u007f";

/** @param {string} text */
export function visibleText(text) {
  return text
    .replace(UNSEEN, (sign) => `⟨U+${sign.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}⟩`)
    .replace(CONTROLS, (sign) => String.fromCharCode(0x2400 + sign.charCodeAt(0)))
    .replaceAll(DELETE, "\u2421");
}

/**
 * The beginning of a text, never half a character.
 *
 * @param {string} text
 * @param {number} length
 */
export function beginning(text, length) {
  const cut = text.slice(0, length);
  return /[\ud800-\udbff]$/.test(cut) ? cut.slice(0, -1) : cut;
}
