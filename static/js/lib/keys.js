/** Which key was pressed, in one name each, whatever the keyboard writes. */

/** Fields whose own keys come first. */
const TYPED_IN = "input:not([type=checkbox], [type=radio], [type=button]), textarea, select, [contenteditable]";

/**
 * A letter by its place where the keyboard writes another script: with Korean switched on, "j"
 * arrives as "ㅓ", or as a piece of what is being composed.
 *
 * @param {{key: string, code: string}} event
 */
export function keyOf({ key, code }) {
  const isForeign = key === "Process" || (key.length === 1 && key > "~");
  if (isForeign) return /^Key[A-Z]$/.test(code) ? code.slice(3).toLowerCase() : key;
  return key.length === 1 ? key.toLowerCase() : key;
}

/**
 * Whether a key with this target is meant for a field.
 *
 * @param {EventTarget | null} target
 */
export function isTyping(target) {
  return target instanceof Element && target.matches(TYPED_IN);
}
