/** How the table is looked at, as the query of an address, both ways. Counterpart: `state/table-address.js`. */

import { isSortKey } from "./arrange.js";

/**
 * @typedef {import("./arrange.js").Order} Order
 * @typedef {"project" | "flat"} Grouping
 * @typedef {{filter: string, order: Order, grouping: Grouping}} TableView
 */

/** @type {TableView} what is left out of an address */
const PLAIN = { filter: "", order: { key: "name", descending: false }, grouping: "project" };

/** @param {Order} order "-cpu": the largest first */
export function wordOfOrder({ key, descending }) {
  return `${descending ? "-" : ""}${key}`;
}

/**
 * @param {string | null} word
 * @returns {Order | null} null for what this page does not know
 */
export function parseOrder(word) {
  const key = word?.replace(/^-/, "") ?? "";
  return isSortKey(key) ? { key, descending: word?.startsWith("-") ?? false } : null;
}

/**
 * A link is the view of whoever sent it: what it leaves out is plain. One that says nothing of the
 * table is the reader's own.
 *
 * @param {string} search with its "?"
 * @param {{order: Order, grouping: Grouping}} preferred
 * @returns {TableView}
 */
export function parseTableQuery(search, preferred) {
  const query = new URLSearchParams(search);
  const group = query.get("group");
  const otherwise = saysAnything(query) ? PLAIN : preferred;
  return {
    filter: query.get("filter") ?? "",
    order: parseOrder(query.get("sort")) ?? otherwise.order,
    grouping: group === "flat" || group === "project" ? group : otherwise.grouping,
  };
}

/**
 * Everything that is not plain: whoever opens the link may prefer other things than whoever sent it.
 * And a word at least, where silence would mean another view.
 *
 * @param {TableView} view
 * @param {string} before what it was: other words in it stay
 * @param {{order: Order, grouping: Grouping}} preferred as for `parseTableQuery`
 * @returns {string} with its "?", or nothing
 */
export function tableQuery({ filter, order, grouping }, before, preferred) {
  const query = new URLSearchParams(before);
  put(query, "filter", filter, PLAIN.filter);
  put(query, "group", grouping, PLAIN.grouping);
  put(query, "sort", wordOfOrder(order), wordOfOrder(PLAIN.order));
  const isOwn = grouping === preferred.grouping && wordOfOrder(order) === wordOfOrder(preferred.order);
  if (!isOwn && !saysAnything(query)) query.set("group", grouping);
  // A filter is read by people: what an address may hold as it is stays as it is.
  const text = query.toString().replaceAll("%3A", ":").replaceAll("%2F", "/").replaceAll("%2C", ",");
  return text && `?${text}`;
}

/** Whether it speaks of the table. @param {URLSearchParams} query */
function saysAnything(query) {
  return ["filter", "group", "sort"].some((word) => query.has(word));
}

/** @param {URLSearchParams} query @param {string} name @param {string} value @param {string} plain */
function put(query, name, value, plain) {
  if (value === plain) query.delete(name);
  else query.set(name, value);
}
