/**
 * The row that the keyboard is at: `j` and `k` move it, the focus takes it along.
 * Counterparts: `views/table.js`, which brings it onto the screen; `views/shortcuts.js`.
 */

import { signal } from "@preact/signals";
import { rowKey } from "../lib/arrange.js";
import { items, shownRows } from "./shown.js";

/** @type {import("@preact/signals").Signal<string | null>} a `rowKey` */
export const cursor = signal(null);

/**
 * A row to bring onto the screen and to focus; another object for each time it is asked for, null again
 * as soon as it was done or cannot be. `from` has the focus until then.
 *
 * @type {import("@preact/signals").Signal<{key: string, from: Element | null} | null>}
 */
export const called = signal(null);

/** Where it was last: a row that went away leaves the keyboard at its place. */
let place = -1;

/** @param {number} step rows down; negative is up */
export function moveCursor(step) {
  const rows = shownRows.peek();
  if (rows.length === 0) return;
  const at = placeOf(cursor.peek());
  const from = at >= 0 ? at : place < 0 ? (step > 0 ? -1 : rows.length) : place - (step > 0 ? 1 : 0);
  place = Math.max(0, Math.min(rows.length - 1, from + step));
  cursor.value = rowKey(rows[place]);
  callRow(cursor.value);
}

/**
 * @param {string} key of any item in the list
 * @returns {boolean} whether it is in the list: one that is not must not take the focus when it comes
 */
export function callRow(key) {
  const isListed = items.peek().some((item) => item.key === key);
  if (isListed) called.value = { key, from: document.activeElement };
  return isListed;
}

/** @returns {import("../client/types.js").Container | null} null while it is at none, or at one that is not shown */
export function cursorContainer() {
  return shownRows.peek()[placeOf(cursor.peek())] ?? null;
}

/** The focus has come into a row. @param {string} key */
export function cursorFollows(key) {
  if (key === cursor.peek()) return;
  cursor.value = key;
  place = placeOf(key);
}

/** @param {string | null} key */
function placeOf(key) {
  return key === null ? -1 : shownRows.peek().findIndex((container) => rowKey(container) === key);
}
