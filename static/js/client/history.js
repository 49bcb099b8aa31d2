/**
 * The last 120 samples of every container's numbers, in memory that is taken once.
 * Counterpart: metrics.js fills it; sparklines and charts read it.
 *
 * @import { ContainerStatsPayload } from "./types.js"
 */

export const SAMPLES = 120;

/** Beyond two samples' time: what the slowest source, which looks every 2 s, can be late by. */
const LATE_SECONDS = 3;

/** Typed arrays taken once: plain ones that grow and shift would make garbage of 300 rows every second. */
export class Ring {
  /** @readonly */
  columns;
  /** @readonly */
  size;
  /** How many samples there are, gaps included, at most `size`. */
  length = 0;
  #values;
  #times;
  #next = 0;
  #gaps;

  /**
   * @param {readonly string[]} columns without the id
   * @param {number} [size] how many samples it keeps
   */
  constructor(columns, size = SAMPLES) {
    this.columns = columns;
    this.size = size;
    this.#gaps = size;
    this.#times = new Float64Array(size);
    this.#values = new Float64Array(size * columns.length).fill(NaN);
  }

  /** Unix seconds of the newest sample; NaN when there is none. */
  get last() {
    return this.length === 0 ? NaN : this.#times[(this.#next + this.size - 1) % this.size];
  }

  /** Nothing but gaps, as far back as it reaches. */
  get isBlank() {
    return this.#gaps >= this.size;
  }

  /**
   * @param {number} timestamp
   * @param {readonly unknown[]} row the id first, then a value per column; what is no number becomes NaN
   */
  push(timestamp, row) {
    for (let column = 0; column < this.columns.length; column += 1) {
      const value = row[column + 1];
      this.#values[column * this.size + this.#next] = typeof value === "number" ? value : NaN;
    }
    this.#gaps = 0;
    this.#step(timestamp);
  }

  /** @param {number} timestamp when nothing was told of it */
  gap(timestamp) {
    for (let at = this.#next; at < this.#values.length; at += this.size) this.#values[at] = NaN;
    this.#gaps += 1;
    this.#step(timestamp);
  }

  /**
   * @param {string} column
   * @returns {Float64Array} oldest first; NaN is a gap. A copy, of `length` values
   */
  values(column) {
    const index = this.columns.indexOf(column);
    if (index < 0) return new Float64Array(this.length).fill(NaN);
    return this.#ordered(this.#values.subarray(index * this.size, (index + 1) * this.size));
  }

  /** @returns {Float64Array} Unix seconds, oldest first */
  times() {
    return this.#ordered(this.#times);
  }

  /**
   * @param {string} column
   * @param {number} since Unix seconds
   * @returns {number} the highest value since then; 0 when there is none
   */
  peak(column, since) {
    const start = this.columns.indexOf(column) * this.size;
    let peak = 0;
    for (let at = 0; start >= 0 && at < this.length; at += 1) {
      if (this.#values[start + at] > peak && this.#times[at] >= since) peak = this.#values[start + at];
    }
    return peak;
  }

  /** @param {number} timestamp */
  #step(timestamp) {
    this.#times[this.#next] = timestamp;
    this.#next = (this.#next + 1) % this.size;
    this.length = Math.min(this.size, this.length + 1);
  }

  /** @param {Float64Array} lane */
  #ordered(lane) {
    const ordered = new Float64Array(this.length);
    const first = (this.#next + this.size - this.length) % this.size;
    const head = lane.subarray(first, Math.min(this.size, first + this.length));
    ordered.set(head);
    ordered.set(lane.subarray(0, this.length - head.length), head.length);
    return ordered;
  }
}

/**
 * What is known of one engine.
 * @typedef {{ timestamp: number, interval: number, rings: Map<string, Ring> }} Line
 */

/** The rings of all containers. */
export class History {
  /** @type {Map<string, Line>} by engine; its rings by container */
  #lines = new Map();

  /** How many containers there are. */
  get size() {
    let size = 0;
    for (const { rings } of this.#lines.values()) size += rings.size;
    return size;
  }

  get engines() {
    return [...this.#lines.keys()];
  }

  /**
   * @param {string} engine
   * @returns {number} Unix seconds of its newest sample; NaN when there is none
   */
  lastOf(engine) {
    return this.#lines.get(engine)?.timestamp ?? NaN;
  }

  /**
   * @param {string} engine
   * @param {string} id as in the rows
   * @returns {Ring | null}
   */
  get(engine, id) {
    return this.#lines.get(engine)?.rings.get(id) ?? null;
  }

  /**
   * Every ring of the engine gets a sample: a container without a row gets a gap, so that a
   * restart shows as one, and one that stays away as long as the ring reaches back is freed.
   * @param {ContainerStatsPayload} payload newer than the one before
   */
  take({ engine, columns, rows, timestamp, interval_seconds }) {
    const interval = interval_seconds > 0 ? interval_seconds : 1;
    const before = this.#lines.get(engine);
    const rings = before?.rings ?? new Map();
    if (before && isPause(before, timestamp, interval)) gapAll(rings, before.timestamp + before.interval);
    this.#lines.set(engine, { timestamp, interval, rings });
    pushAll(rings, columns.slice(1), timestamp, rows);
    for (const [id, ring] of rings) {
      if (ring.last !== timestamp) ring.gap(timestamp);
      if (ring.isBlank) rings.delete(id);
    }
  }

  /**
   * The highest value of all containers, of any of the columns: what one scale for all has to hold.
   * @param {readonly string[]} columns
   * @param {number} since Unix seconds
   */
  peak(columns, since) {
    let peak = 0;
    for (const { rings } of this.#lines.values()) {
      for (const ring of rings.values()) {
        for (const column of columns) peak = Math.max(peak, ring.peak(column, since));
      }
    }
    return peak;
  }

  /** @param {string} engine */
  forget(engine) {
    this.#lines.delete(engine);
  }
}

/**
 * Nobody was told in between: the machine slept, the connection was lost, nobody looked.
 * @param {Line} before
 * @param {number} timestamp
 * @param {number} interval
 */
function isPause(before, timestamp, interval) {
  return timestamp - before.timestamp > 2 * Math.max(before.interval, interval) + LATE_SECONDS;
}

/**
 * @param {Map<string, Ring>} rings
 * @param {number} timestamp
 */
function gapAll(rings, timestamp) {
  for (const ring of rings.values()) ring.gap(timestamp);
}

/**
 * @param {Map<string, Ring>} rings
 * @param {readonly string[]} columns
 * @param {number} timestamp
 * @param {readonly (readonly [string, ...unknown[]])[]} rows
 */
function pushAll(rings, columns, timestamp, rows) {
  for (const row of rows) {
    let ring = rings.get(row[0]);
    if (!ring || !sameColumns(ring.columns, columns)) rings.set(row[0], (ring = new Ring(columns)));
    ring.push(timestamp, row);
  }
}

/**
 * @param {readonly string[]} a
 * @param {readonly string[]} b
 */
function sameColumns(a, b) {
  return a === b || (a.length === b.length && a.every((name, index) => name === b[index]));
}
