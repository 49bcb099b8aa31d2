/**
 * The numbers of hosts and containers, live, with two minutes of history.
 * Counterpart: the namespace `/metrics` (realtime/metrics).
 *
 * @import { ContainerRef, ContainerStats, ContainerStatsPayload, HostMetrics, LiveOptions,
 *   MetricsPayload } from "./types.js"
 */

import { History, SAMPLES } from "./history.js";
import { Live } from "./live.js";
import { enginesOf, isMetrics, isRecord, isStats } from "./shapes.js";

/** @typedef {{ engines?: string[], host?: boolean, containers?: boolean, interval_seconds?: number }} MetricsWanted */

/** The server names a container's row by the first 12 digits of its id. */
const ROW_ID_DIGITS = 12;

export class RealtimeMetrics extends Live {
  /** @type {ReadonlyMap<string, { host: HostMetrics | null, timestamp: number }>} by engine */
  host = new Map();
  /** @type {ReadonlyMap<string, ContainerStats>} by `engine/id`, see `statsOf` */
  stats = new Map();
  /** By `engine/id`, see `historyOf`. */
  history = new History();
  /** @type {Map<string, { timestamp: number, keys: Set<string> }>} by engine: its newest rows */
  #rows = new Map();

  /** @param {LiveOptions & MetricsWanted} [options] */
  constructor(options = {}) {
    super("/metrics", options, wantedOf(options));
  }

  /** @param {MetricsWanted} wanted the whole wanted set; what is left out is the server's default */
  subscribe(wanted) {
    this.want(wantedOf(wanted));
  }

  /**
   * @param {ContainerRef} container
   * @returns {ContainerStats | null} `null`: not running, or nothing is known yet
   */
  statsOf(container) {
    return this.stats.get(keyOf(container.engine, container.id)) ?? null;
  }

  /** @param {ContainerRef} container */
  historyOf(container) {
    return this.history.get(keyOf(container.engine, container.id)) ?? null;
  }

  /**
   * @override @protected
   * @param {unknown} data
   */
  onAnswer(data) {
    const entries = enginesOf(data).filter(isRecord);
    const named = new Set(entries.map(({ engine }) => engine));
    this.#forgetOthers(named);
    for (const { metrics, container_stats } of entries) {
      if (isMetrics(metrics)) this.#takeHost(metrics);
      if (isStats(container_stats)) this.#takeStats(container_stats);
    }
  }

  /**
   * @override @protected
   * @param {string} name
   * @param {unknown} payload
   */
  onEvent(name, payload) {
    if (name === "metrics" && isMetrics(payload)) this.#takeHost(payload);
    else if (name === "container-stats" && isStats(payload)) this.#takeStats(payload);
    else return;
    this.changed();
  }

  /** @param {MetricsPayload} payload */
  #takeHost({ engine, host, timestamp }) {
    const known = this.host.get(engine);
    if (known && known.timestamp > timestamp) return;
    this.host = new Map(this.host).set(engine, { host: host ?? null, timestamp });
  }

  /**
   * The answer of a new connection repeats the last sample of the old one: not newer, not kept.
   * @param {ContainerStatsPayload} payload
   */
  #takeStats({ engine, columns, rows, timestamp, interval_seconds }) {
    const known = this.#rows.get(engine);
    if (known && known.timestamp >= timestamp) return;
    const names = columns.slice(1);
    const stats = new Map(this.stats);
    for (const key of known?.keys ?? []) stats.delete(key);
    const keys = new Set();
    for (const row of rows.filter(isRow)) {
      const key = keyOf(engine, row[0]);
      keys.add(key);
      stats.set(key, statsFrom(engine, names, row));
      this.history.push(key, names, timestamp, row);
    }
    this.stats = stats;
    this.#rows.set(engine, { timestamp, keys });
    this.#prune(engine, timestamp - SAMPLES * Math.max(1, Number(interval_seconds) || 1));
  }

  /**
   * A container that stops and starts again keeps its line; one that stays away as long as the
   * ring reaches back is gone, and its memory with it.
   * @param {string} engine
   * @param {number} oldest
   */
  #prune(engine, oldest) {
    const prefix = `${engine}/`;
    this.history.prune((key, ring) => !key.startsWith(prefix) || ring.last >= oldest);
  }

  /** @param {Set<unknown>} named */
  #forgetOthers(named) {
    const gone = [...this.#rows.keys()].filter((engine) => !named.has(engine));
    for (const engine of gone) this.#rows.delete(engine);
    const stays = (/** @type {string} */ engine) => named.has(engine);
    this.host = new Map([...this.host].filter(([engine]) => stays(engine)));
    this.stats = new Map([...this.stats].filter(([, { engine }]) => stays(engine)));
    this.history.prune((key) => stays(key.slice(0, key.indexOf("/"))));
  }
}

/**
 * @param {string} engine
 * @param {string} id
 */
function keyOf(engine, id) {
  return `${engine}/${id.slice(0, ROW_ID_DIGITS)}`;
}

/**
 * @param {unknown} row
 * @returns {row is [string, ...unknown[]]}
 */
function isRow(row) {
  return Array.isArray(row) && typeof row[0] === "string" && row[0] !== "";
}

/**
 * @param {string} engine
 * @param {readonly string[]} columns
 * @param {readonly unknown[]} row
 */
function statsFrom(engine, columns, row) {
  /** @type {Record<string, unknown>} */
  const stats = { engine, id: row[0] };
  columns.forEach((column, index) => {
    stats[column] = row[index + 1] ?? null;
  });
  return /** @type {ContainerStats} */ (/** @type {unknown} */ (stats));
}

/**
 * @param {MetricsWanted} options
 * @returns {Record<string, unknown>}
 */
function wantedOf({ engines, host, containers, interval_seconds }) {
  const all = { engines, host, containers, interval_seconds };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}
