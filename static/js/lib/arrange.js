/** Order and grouping of the table. Counterpart: `views/table.js`. */

import { hasFailed, isUnhealthy } from "./status.js";

/**
 * @typedef {import("../client/types.js").Container} Container
 * @typedef {import("../client/types.js").ContainerStats} ContainerStats
 * @typedef {"cpu" | "memory" | "network"} FigureKey
 * @typedef {"name" | "state" | "image" | "since" | FigureKey} SortKey
 * @typedef {{key: SortKey, descending: boolean}} Order
 */

/** "web-10" comes after "web-2". One collator for all: making one costs more than sorting. */
const natural = new Intl.Collator("en", { numeric: true, sensitivity: "base" });

const STATE_ORDER = ["restarting", "running", "paused", "removing", "exited", "created"];

/** @type {Record<Exclude<SortKey, FigureKey>, (a: Container, b: Container) => number>} */
const COMPARE = {
  name: byName,
  image: (a, b) => natural.compare(a.image, b.image),
  state: (a, b) => severity(a) - severity(b),
  since: (a, b) => (turnedAt(b) ?? 0) - (turnedAt(a) ?? 0),
};

/** @type {Record<FigureKey, (stats: ContainerStats) => number | null>} */
const FIGURES = {
  cpu: (stats) => stats.cpu_percent,
  memory: (stats) => stats.memory_bytes,
  network: ({ network_rx_bytes_per_second: rx, network_tx_bytes_per_second: tx }) =>
    rx === null && tx === null ? null : (rx ?? 0) + (tx ?? 0),
};

/**
 * @param {SortKey} key
 * @returns {key is FigureKey}
 */
export function isFigureKey(key) {
  return key in FIGURES;
}

/**
 * @param {FigureKey} key
 * @param {ContainerStats | null} stats
 */
export function figureOf(key, stats) {
  return stats && FIGURES[key](stats);
}

/** @param {{engine: string, id: string}} container */
export function rowKey({ engine, id }) {
  return `${engine}/${id}`;
}

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
 * @param {ReadonlyMap<string, number>} [ranking] by `rowKey`, where the order is by a figure
 */
export function arranged(containers, { key, descending }, ranking = new Map()) {
  const direction = descending ? -1 : 1;
  const compare = isFigureKey(key) ? byFigure(ranking, direction) : COMPARE[key];
  return [...containers].sort((a, b) => direction * compare(a, b) || byName(a, b) || (a.id < b.id ? -1 : 1));
}

/**
 * What has no figure comes last, whichever way round.
 *
 * @param {ReadonlyMap<string, number>} ranking
 * @param {number} direction
 */
function byFigure(ranking, direction) {
  const unknown = direction * Infinity;
  const figure = (/** @type {Container} */ container) => ranking.get(rowKey(container)) ?? unknown;
  return (/** @type {Container} */ a, /** @type {Container} */ b) => {
    const [x, y] = [figure(a), figure(b)];
    return x === y ? 0 : x - y;
  };
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
