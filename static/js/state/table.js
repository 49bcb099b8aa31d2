/** What the reader chose to see of the table. */

import { computed, signal } from "@preact/signals";
import { isFigureKey } from "../lib/arrange.js";
import { parseFilter, toggleWord } from "../lib/filter.js";

export const filterText = signal("");
export const filterTest = computed(() => parseFilter(filterText.value));

/** @type {import("@preact/signals").Signal<import("../lib/arrange.js").Order>} */
export const order = signal({ key: "name", descending: false });

/** @param {string} word */
export function toggleFilter(word) {
  filterText.value = toggleWord(filterText.value, word);
}

/**
 * A second press on a column turns it around. Of figures one wants the largest first.
 *
 * @param {import("../lib/arrange.js").SortKey} key
 */
export function sortBy(key) {
  const current = order.value;
  order.value = { key, descending: current.key === key ? !current.descending : isFigureKey(key) };
}
