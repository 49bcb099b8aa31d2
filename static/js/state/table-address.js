/** Keeps the address and the table saying the same. Counterparts: `table.js`, `lib/table-query.js`. */

import { batch, effect } from "@preact/signals";
import { parseTableQuery, tableQuery, wordOfOrder } from "../lib/table-query.js";
import { query, setQuery } from "./page.js";
import { filterText, grouping, order, preferred } from "./table.js";

/** Browsers allow few changes of the address a second; the table itself does not wait for it. */
const WRITE_MS = 200;

let writtenAt = -Infinity;
let typed = "";

/** Before anything is drawn, and whenever the reader goes back or follows a link. */
effect(() => {
  const view = parseTableQuery(query.value, preferred());
  batch(() => {
    filterText.value = view.filter;
    grouping.value = view.grouping;
    if (wordOfOrder(order.peek()) !== wordOfOrder(view.order)) order.value = view.order;
  });
});

effect(() => {
  const view = { filter: filterText.value, order: order.value, grouping: grouping.value };
  const search = tableQuery(view, location.search, preferred());
  const isTyping = filterText.value !== typed;
  typed = filterText.value;
  if (search === location.search) return;
  if (!isTyping || performance.now() - writtenAt > WRITE_MS) return write(search);
  const timer = setTimeout(write, writtenAt + WRITE_MS - performance.now(), search);
  return () => clearTimeout(timer);
});

/** @param {string} search */
function write(search) {
  writtenAt = performance.now();
  setQuery(search);
}
