/**
 * How the reader looks at the table. All but the filter is remembered; filter, order and grouping are
 * in the address, too. Counterparts: `table-address.js`; `shown.js`, which has what comes of it.
 */

import { computed, signal } from "@preact/signals";
import { startsDescending } from "../lib/arrange.js";
import { COLUMNS, parseColumns } from "../lib/columns.js";
import { parseFilter, toggleWord } from "../lib/filter.js";
import { recall, remember } from "../lib/storage.js";
import { parseOrder, wordOfOrder } from "../lib/table-query.js";

/**
 * @typedef {import("../lib/arrange.js").Order} Order
 * @typedef {import("../lib/columns.js").Column} Column
 * @typedef {import("../lib/table-query.js").Grouping} Grouping
 */

export const filterText = signal("");
export const filterTest = computed(() => parseFilter(filterText.value));

/** What the reader prefers, where the address says nothing of the table. */
export function preferred() {
  return {
    order: parseOrder(recall("list.sort")) ?? /** @type {Order} */ ({ key: "name", descending: false }),
    grouping: /** @type {Grouping} */ (recall("list.group") === "flat" ? "flat" : "project"),
  };
}

/** @type {import("@preact/signals").Signal<Order>} */
export const order = signal(preferred().order);
/** @type {import("@preact/signals").Signal<Grouping>} */
export const grouping = signal(preferred().grouping);
/** Columns the reader does without. @type {import("@preact/signals").Signal<ReadonlySet<Column>>} */
export const hiddenColumns = signal(parseColumns(recall("list.hidden") ?? ""));
/**
 * Those the table has room for. Counterpart: `views/table.js`, which measures.
 *
 * @type {import("@preact/signals").Signal<readonly Column[]>}
 */
export const fittingColumns = signal(COLUMNS);
/** Rows as low as they can be and still be pressed. */
export const isCompact = signal(recall("list.rows") === "compact");
/** Keys of folded engines and projects. @type {import("@preact/signals").Signal<ReadonlySet<string>>} */
export const folded = signal(new Set((recall("list.folded") ?? "").split("\n").filter(Boolean)));

/** @param {string} word */
export function toggleFilter(word) {
  filterText.value = toggleWord(filterText.value, word);
}

/** @param {Order} next */
export function chooseOrder(next) {
  // First: the address, which follows, says nothing of what is preferred.
  remember("list.sort", wordOfOrder(next));
  order.value = next;
}

/**
 * A second press on a column turns it around.
 *
 * @param {import("../lib/arrange.js").SortKey} key
 */
export function sortBy(key) {
  const current = order.peek();
  chooseOrder({ key, descending: current.key === key ? !current.descending : startsDescending(key) });
}

/** @param {Grouping} next */
export function chooseGrouping(next) {
  remember("list.group", next);
  grouping.value = next;
}

/** @param {Column} column */
export function toggleColumn(column) {
  hiddenColumns.value = toggled(hiddenColumns.peek(), column);
  remember("list.hidden", [...hiddenColumns.peek()].join(" "));
}

export function toggleCompact() {
  isCompact.value = !isCompact.peek();
  remember("list.rows", isCompact.peek() ? "compact" : "comfortable");
}

/** @param {string} key of an engine or a project */
export function toggleFold(key) {
  folded.value = toggled(folded.peek(), key);
  remember("list.folded", [...folded.peek()].join("\n"));
}

/**
 * @template T
 * @param {ReadonlySet<T>} set
 * @param {T} one
 */
function toggled(set, one) {
  const next = new Set(set);
  if (!next.delete(one)) next.add(one);
  return next;
}
