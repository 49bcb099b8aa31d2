/** Order and grouping of the table. Counterpart: `views/table.js`. */

import { hasFailed, isUnhealthy } from "./status.js";

/**
 * @typedef {import("../client/types.js").Container} Container
 * @typedef {"name" | "state" | "image" | "since"} SortKey
 * @typedef {{key: SortKey, descending: boolean}} Order
 */

/** "web-10" comes after "web-2". One collator for all: making one costs more than sorting. */
const natural = new Intl.Collator("en", { numeric: true, sensitivity: "base" });

const STATE_ORDER = ["restarting", "running", "paused", "removing", "exited", "created"];

/** @type {Record<SortKey, (a: Container, b: Container) => number>} */
const COMPARE = {
  name: byName,
  image: (a, b) => natural.compare(a.image, b.image),
  state: (a, b) => severity(a) - severity(b),
  since: (a, b) => (turnedAt(b) ?? 0) - (turnedAt(a) ?? 0),
};

/** @param {Container} a @param {Container} b */
function byName(a, b) {
  return natural.compare(a.name, b.name);
}

/**
 * The worst first; among the same, the engine's words in a fixed order.
 *
 * @param {Container} container
 */
function severity(container) {
  if (isUnhealthy(container)) return 0;
  if (hasFailed(container)) return 1;
  return 2 + STATE_ORDER.indexOf(container.state);
}

/** @param {Container} c */
function turnedAt(c) {
  return c.state === "running" || c.state === "paused" ? c.started_at : (c.finished_at ?? c.created);
}

/**
 * A sorted copy. Equal ones stay in the order of their names, so that rows keep still.
 *
 * @param {readonly Container[]} containers
 * @param {Order} order
 */
export function arranged(containers, { key, descending }) {
  const direction = descending ? -1 : 1;
  return [...containers].sort(
    (a, b) => direction * COMPARE[key](a, b) || byName(a, b) || (a.id < b.id ? -1 : 1),
  );
}

/**
 * @param {readonly Container[]} containers
 * @returns {Map<string, Container[]>} by engine
 */
export function byEngine(containers) {
  /** @type {Map<string, Container[]>} */
  const groups = new Map();
  for (const container of containers) {
    const group = groups.get(container.engine);
    if (group) group.push(container);
    else groups.set(container.engine, [container]);
  }
  return groups;
}
