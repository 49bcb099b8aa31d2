/**
 * The containers the reader picked to act on together. Picked ones stay picked when the filter hides
 * them; what vanishes from its engine leaves. Counterparts: `views/select-box.js`, `views/bulk.js`.
 */

import { computed, effect, signal } from "@preact/signals";
import { rowKey } from "../lib/arrange.js";
import { containers, engines } from "./live.js";
import { shownRows } from "./shown.js";

/**
 * @typedef {import("../client/types.js").Container} Container
 * @typedef {{engine: string, id: string}} Ref
 */

/** @type {import("@preact/signals").Signal<ReadonlySet<string>>} of `rowKey` */
export const selection = signal(new Set());

/** The picked ones themselves. */
export const selected = computed(() => (selection.value.size === 0 ? [] : containers.value.filter(isSelected)));

/** How many of the picked ones the table does not show. */
export const hiddenCount = computed(() => {
  if (selection.value.size === 0) return 0;
  return selection.value.size - shownRows.value.filter(isSelected).length;
});

/** Where a range begins: what was picked last. */
let anchor = "";

/** @param {Ref} ref */
function isSelected(ref) {
  return selection.value.has(rowKey(ref));
}

/**
 * For one box: it is drawn again when its own answer changes, not with every other's.
 *
 * @param {Ref} ref
 */
export function isSelectedSignal(ref) {
  const key = rowKey(ref);
  return computed(() => selection.value.has(key));
}

/** @param {Ref} ref */
export function toggleSelected(ref) {
  const key = rowKey(ref);
  const next = new Set(selection.peek());
  if (!next.delete(key)) next.add(key);
  anchor = key;
  selection.value = next;
}

/**
 * Picks everything from the last one picked to this one, in the order shown.
 *
 * @param {Ref} ref
 */
export function selectRange(ref) {
  const keys = shownRows.peek().map(rowKey);
  const [from, to] = [keys.indexOf(anchor), keys.indexOf(rowKey(ref))];
  if (from < 0 || to < 0) return toggleSelected(ref);
  const range = keys.slice(Math.min(from, to), Math.max(from, to) + 1);
  selection.value = new Set([...selection.peek(), ...range]);
}

/** Picks all that the filter shows, beside what is picked already. */
export function selectShown() {
  selection.value = new Set([...selection.peek(), ...shownRows.peek().map(rowKey)]);
}

/** Leaves what the filter shows, and keeps what it hides. */
export function unselectShown() {
  const shown = new Set(shownRows.peek().map(rowKey));
  selection.value = new Set([...selection.peek()].filter((key) => !shown.has(key)));
}

export function clearSelection() {
  if (selection.peek().size > 0) selection.value = new Set();
}

/** An engine that is away has no list, and its containers may still be there. */
effect(() => {
  const picked = selection.value;
  if (selected.value.length === picked.size) return;
  const present = new Set(selected.value.map(rowKey));
  const away = engines.peek().filter(({ state }) => state !== "up").map(({ engine }) => `${engine}/`);
  const kept = [...picked].filter((key) => present.has(key) || away.some((prefix) => key.startsWith(prefix)));
  if (kept.length < picked.size) selection.value = new Set(kept);
});
