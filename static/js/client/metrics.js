/**
 * The numbers of hosts and containers, live, with two minutes of history.
 * Counterpart: the namespace `/metrics` (realtime/metrics).
 *
 * @import { ContainerRef, ContainerStats, ContainerStatsPayload, HostMetrics, LiveOptions,
 *   MetricsPayload } from "./types.js"
 */

import { History } from "./history.js";
import { Live } from "./live.js";
import { enginesOf, isMetrics, isRecord, isStats, isStatsRow } from "./shapes.js";

/** @typedef {{ engines?: string[], host?: boolean, containers?: boolean, interval_seconds?: number }} MetricsWanted */

/**
 * One engine's newest rows, as they came: who looks at one of a thousand pays for one.
 * @typedef {object} Sample
 * @property {number} timestamp
 * @property {number} interval_seconds
 * @property {readonly string[]} columns
 * @property {ReadonlyMap<string, readonly unknown[]>} rows by id
 */

/** What of a machine has a history; the first stands for the id of a row. */
const HOST_COLUMNS = [
  "id",
  "cpu_percent",
  "memory_used_bytes",
  "network_rx_bytes_per_second",
  "network_tx_bytes_per_second",
];

/** The server names a container's row by the first 12 digits of its id. */
const ROW_ID_DIGITS = 12;

/** What is older than the last by more has not overtaken it: the server's clock was put back. */
const CLOCK_STEP_SECONDS = 60;

export class RealtimeMetrics extends Live {
  /** @type {ReadonlyMap<string, { host: HostMetrics | null, timestamp: number }>} by engine */
  host = new Map();
  /** See `historyOf`. */
  history = new History();
  /** Rings of machines, by engine and once more by engine; see `hostHistoryOf`. */
  #hostHistory = new History();
  /** @type {ReadonlyMap<string, Sample>} by engine; another object whenever numbers have come or gone */
  samples = new Map();
  /** @type {Map<string, ContainerStats> | null} made when asked for */
  #stats = null;

  /** @param {LiveOptions & MetricsWanted} [options] */
  constructor(options = {}) {
    super("/metrics", options, wantedOf(options));
  }

  /** @param {MetricsWanted} wanted the whole wanted set; what is left out is the server's default */
  subscribe(wanted) {
    this.want(wantedOf(wanted));
  }

  /** @returns {ReadonlyMap<string, ContainerStats>} by `engine/id`; the same object until something changes */
  get stats() {
    this.#stats ??= new Map(this.#entries());
    return this.#stats;
  }

  /**
   * @param {ContainerRef} container
   * @returns {ContainerStats | null} `null`: not running, or nothing is known yet
   */
  statsOf({ engine, id }) {
    const known = this.samples.get(engine);
    const row = known?.rows.get(rowId(id));
    return known && row ? statsFrom(engine, known, row) : null;
  }

  /**
   * @param {ContainerRef} container
   * @returns {import("./history.js").Ring | null}
   */
  historyOf({ engine, id }) {
    return this.history.get(engine, rowId(id));
  }

  /**
   * @param {string} engine
   * @returns {import("./history.js").Ring | null} `null`: a machine elsewhere, or nothing is known yet
   */
  hostHistoryOf(engine) {
    return this.#hostHistory.get(engine, engine);
  }

  /**
   * @override @protected
   * @param {unknown} data
   */
  onAnswer(data) {
    const entries = enginesOf(data).filter(isRecord);
    this.#forgetOthers(new Set(entries.map(({ engine }) => engine)));
    for (const { engine, metrics, container_stats } of entries) {
      if (isMetrics(metrics)) this.#takeHost(metrics);
      if (isStats(container_stats)) this.#takeStats(container_stats);
      else this.#dropRows(engine);
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
    if (known && isOvertaken(timestamp, known.timestamp)) return;
    this.host = new Map(this.host).set(engine, { host: host ?? null, timestamp });
    if (host) this.#drawHost(engine, host, timestamp);
  }

  /**
   * @param {string} engine
   * @param {HostMetrics} host
   * @param {number} timestamp
   */
  #drawHost(engine, host, timestamp) {
    const known = this.#hostHistory.lastOf(engine);
    if (timestamp === known) return;
    if (timestamp < known) this.#hostHistory.forget(engine);
    const values = /** @type {Record<string, unknown>} */ (/** @type {unknown} */ (host));
    this.#hostHistory.take({
      engine,
      interval_seconds: Number(this.wanted.interval_seconds ?? this.server?.intervals?.metrics_seconds ?? 1),
      columns: HOST_COLUMNS,
      rows: [[engine, ...HOST_COLUMNS.slice(1).map((column) => /** @type {number | null} */ (values[column] ?? null))]],
      timestamp,
    });
  }

  /**
   * The answer of a new connection repeats the last sample of the old one: not newer, not kept.
   * @param {ContainerStatsPayload} payload
   */
  #takeStats(payload) {
    const { engine, timestamp, interval_seconds } = payload;
    const known = this.samples.get(engine)?.timestamp ?? this.history.lastOf(engine);
    if (timestamp === known || isOvertaken(timestamp, known)) return;
    if (timestamp < known) this.history.forget(engine);
    const rows = payload.rows.filter(isStatsRow);
    this.history.take({ ...payload, rows });
    const byId = new Map(rows.map((row) => [row[0], row]));
    const sample = { timestamp, interval_seconds, columns: payload.columns, rows: byId };
    this.samples = new Map(this.samples).set(engine, sample);
    this.#stats = null;
  }

  /**
   * Not wanted any more, or not known yet: its last numbers are not those of now. The line stays.
   * @param {string} engine
   */
  #dropRows(engine) {
    if (!this.samples.has(engine)) return;
    this.samples = new Map([...this.samples].filter(([name]) => name !== engine));
    this.#stats = null;
  }

  /** @param {Set<unknown>} named */
  #forgetOthers(named) {
    this.host = new Map([...this.host].filter(([engine]) => named.has(engine)));
    for (const engine of this.#hostHistory.engines) if (!named.has(engine)) this.#hostHistory.forget(engine);
    for (const engine of this.history.engines) {
      if (named.has(engine)) continue;
      this.#dropRows(engine);
      this.history.forget(engine);
    }
  }

  /** @returns {Generator<[string, ContainerStats]>} */
  *#entries() {
    for (const [engine, known] of this.samples) {
      for (const [id, row] of known.rows) yield [`${engine}/${id}`, statsFrom(engine, known, row)];
    }
  }
}

/** @param {string} id */
function rowId(id) {
  return id.slice(0, ROW_ID_DIGITS);
}

/**
 * @param {number} timestamp
 * @param {number} known NaN: nothing
 */
function isOvertaken(timestamp, known) {
  return timestamp < known && known - timestamp < CLOCK_STEP_SECONDS;
}

/**
 * @param {string} engine
 * @param {Sample} sample
 * @param {readonly unknown[]} row
 */
function statsFrom(engine, { columns, timestamp, interval_seconds }, row) {
  /** @type {Record<string, unknown>} */
  const stats = { engine, timestamp, interval_seconds };
  columns.forEach((column, index) => {
    stats[column] = row[index] ?? null;
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
