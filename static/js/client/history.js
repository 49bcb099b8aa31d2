/**
 * The last two minutes of every container's numbers, in memory that is taken once.
 * Counterpart: metrics.js fills it; sparklines and charts read it.
 */

export const SAMPLES = 120;

/** Typed arrays taken once: plain ones that grow and shift would make garbage of 300 rows every second. */
export class Ring {
  /** @readonly */
  columns;
  /** How many samples there are, at most SAMPLES. */
  length = 0;
  #values;
  #times = new Float64Array(SAMPLES);
  #next = 0;

  /** @param {readonly string[]} columns without the id */
  constructor(columns) {
    this.columns = columns;
    this.#values = new Float64Array(SAMPLES * columns.length).fill(NaN);
  }

  /** Unix seconds of the newest sample; NaN when there is none. */
  get last() {
    return this.length === 0 ? NaN : this.#times[(this.#next + SAMPLES - 1) % SAMPLES];
  }

  /**
   * @param {number} timestamp
   * @param {readonly unknown[]} row the id first, then a value per column; what is no number becomes NaN
   */
  push(timestamp, row) {
    for (let column = 0; column < this.columns.length; column += 1) {
      const value = row[column + 1];
      this.#values[column * SAMPLES + this.#next] = typeof value === "number" ? value : NaN;
    }
    this.#times[this.#next] = timestamp;
    this.#next = (this.#next + 1) % SAMPLES;
    this.length = Math.min(SAMPLES, this.length + 1);
  }

  /**
   * @param {string} column
   * @returns {Float64Array} oldest first; NaN is a gap. A copy, of `length` values
   */
  values(column) {
    const index = this.columns.indexOf(column);
    if (index < 0) return new Float64Array(this.length).fill(NaN);
    return this.#ordered(this.#values.subarray(index * SAMPLES, (index + 1) * SAMPLES));
  }

  /** @returns {Float64Array} Unix seconds, oldest first */
  times() {
    return this.#ordered(this.#times);
  }

  /** @param {Float64Array} lane */
  #ordered(lane) {
    const ordered = new Float64Array(this.length);
    const first = (this.#next + SAMPLES - this.length) % SAMPLES;
    const head = lane.subarray(first, Math.min(SAMPLES, first + this.length));
    ordered.set(head);
    ordered.set(lane.subarray(0, this.length - head.length), head.length);
    return ordered;
  }
}

/** The rings of all containers, by `engine/id`. */
export class History {
  /** @type {Map<string, Ring>} */
  #rings = new Map();

  get size() {
    return this.#rings.size;
  }

  /**
   * @param {string} key
   * @returns {Ring | undefined}
   */
  get(key) {
    return this.#rings.get(key);
  }

  /**
   * @param {string} key
   * @param {readonly string[]} columns
   * @param {number} timestamp
   * @param {readonly unknown[]} row
   */
  push(key, columns, timestamp, row) {
    let ring = this.#rings.get(key);
    if (!ring || !sameColumns(ring.columns, columns)) {
      ring = new Ring(columns);
      this.#rings.set(key, ring);
    }
    ring.push(timestamp, row);
  }

  /**
   * Frees what `keep` does not name.
   * @param {(key: string, ring: Ring) => boolean} keep
   */
  prune(keep) {
    for (const [key, ring] of this.#rings) {
      if (!keep(key, ring)) this.#rings.delete(key);
    }
  }
}

/**
 * @param {readonly string[]} a
 * @param {readonly string[]} b
 */
function sameColumns(a, b) {
  return a.length === b.length && a.every((name, index) => name === b[index]);
}
