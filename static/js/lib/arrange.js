/** The order of containers. Counterparts: `items.js`, which makes the table's list of it; `views/table.js`. */

import { projectKey } from "./projects.js";
import { hasFailed, isUnhealthy, turnedAt } from "./status.js";

/**
 * @typedef {import("../client/types.js").Container} Container
 * @typedef {import("../client/types.js").ContainerStats} ContainerStats
 * @typedef {"cpu" | "memory" | "network"} FigureKey
 * @typedef {"name" | "state" | "image" | "ports" | "age" | "restarts" | FigureKey} SortKey
 * @typedef {{key: SortKey, descending: boolean}} Order
 */

/** "web-10" comes after "web-2". One collator for all: making one costs more than sorting. */
const natural = new Intl.Collator("en", { numeric: true, sensitivity: "base" });

const STATE_ORDER = ["restarting", "running", "paused", "removing", "exited", "created"];

/** @type {Record<Exclude<SortKey, FigureKey>, (a: Container, b: Container) => number>} */
const COMPARE = {
  name: byName,
  image: (a, b) => byText(a.image, b.image),
  state: (a, b) => severity(a) - severity(b),
  ports: (a, b) => firstPort(a) - firstPort(b),
  age: (a, b) => (turnedAt(b) ?? 0) - (turnedAt(a) ?? 0),
  restarts: (a, b) => (a.restarts ?? -1) - (b.restarts ?? -1),
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
  return Object.hasOwn(FIGURES, key);
}

/**
 * @param {string} key
 * @returns {key is SortKey}
 */
export function isSortKey(key) {
  return Object.hasOwn(FIGURES, key) || Object.hasOwn(COMPARE, key);
}

/** Of these one wants the largest first. @param {SortKey} key */
export function startsDescending(key) {
  return isFigureKey(key) || key === "restarts";
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

/** @param {string} a @param {string} b */
export function byText(a, b) {
  return a === b ? 0 : natural.compare(a, b);
}

/** @param {Container} a @param {Container} b */
function byName(a, b) {
  return byText(a.name, b.name);
}

/** @param {Container} container what publishes none comes last */
function firstPort({ ports }) {
  return Math.min(...(ports ?? []).map(({ public_port }) => public_port ?? Infinity), 1e6);
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

/**
 * The same containers where they stood before, new ones behind them: one change among a thousand then takes
 * a thousand comparisons to sort, and not ten thousand.
 *
 * @param {readonly Container[]} before
 * @param {readonly Container[]} containers
 * @returns {readonly Container[]}
 */
export function inPlaceOf(before, containers) {
  const byId = new Map(containers.map((container) => [container.id, container]));
  // Of two engines that know the same id one counts as new.
  const left = new Set(containers);
  const placed = before.flatMap(({ id }) => {
    const container = byId.get(id);
    return container && left.delete(container) ? [container] : [];
  });
  return [...placed, ...left];
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
  const compare = isFigureKey(key) ? byRank(ranking, rowKey, direction) : COMPARE[key];
  return [...containers].sort((a, b) => direction * compare(a, b) || byName(a, b) || (a.id < b.id ? -1 : 1));
}

/**
 * What has no figure comes last, whichever way round.
 *
 * @template T
 * @param {ReadonlyMap<string, number>} ranking
 * @param {(one: T) => string} keyOf
 * @param {number} direction
 */
function byRank(ranking, keyOf, direction) {
  const unknown = direction * Infinity;
  const figure = (/** @type {T} */ one) => ranking.get(keyOf(one)) ?? unknown;
  return (/** @type {T} */ a, /** @type {T} */ b) => {
    const [x, y] = [figure(a), figure(b)];
    return x === y ? 0 : x - y;
  };
}

/**
 * What stands on its own below an engine: a container without a project, or a project with those of
 * its members that are shown.
 * @typedef {{key: string, name: string, project: string | null, rows: Container[]}} Entry
 */

/**
 * @param {readonly Container[]} rows of one engine, arranged
 * @param {Order} order
 * @param {ReadonlyMap<string, number>} ranking of projects by `projectKey`, too
 * @returns {Entry[]}
 */
export function entriesOf(rows, { key, descending }, ranking) {
  /** @type {Map<string, Entry>} */
  const entries = new Map();
  for (const container of rows) {
    const own = container.project ? projectKey(container.engine, container.project) : rowKey(container);
    const entry = entries.get(own);
    if (entry) entry.rows.push(container);
    else entries.set(own, { key: own, name: container.project || container.name, project: container.project || null, rows: [container] });
  }
  const direction = descending ? -1 : 1;
  const inOrder = [...entries.values()];
  if (key === "name") return inOrder.sort((a, b) => direction * byText(a.name, b.name));
  const byFigure = byRank(ranking, (/** @type {Entry} */ entry) => entry.key, direction);
  // By anything else a project stands where the first of its members would.
  return isFigureKey(key) ? inOrder.sort((a, b) => direction * byFigure(a, b)) : inOrder;
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
