/**
 * Estimates the server's clock from the timestamps its messages carry.
 * Counterpart: `timestamp` in every payload; used to tell how old a confirmation is.
 */

const WINDOW_MS = 30_000;

/**
 * A sample is `server time − local time`, too small by however long the message travelled, so the
 * largest of the last half minute to minute is the best. Taking the newest instead would let one
 * message that waited in a frozen tab make old data look fresh.
 */
export class ServerClock {
  #now;
  #previous = -Infinity;
  #present = -Infinity;
  #turn_at = 0;

  /** @param {() => number} now milliseconds since 1970 */
  constructor(now) {
    this.#now = now;
  }

  /** @param {unknown} timestamp Unix seconds, as it came */
  observe(timestamp) {
    if (typeof timestamp !== "number" || !Number.isFinite(timestamp)) return;
    const now = this.#now();
    if (Math.abs(now - this.#turn_at) > WINDOW_MS) {
      this.#previous = this.#present;
      this.#present = -Infinity;
      this.#turn_at = now;
    }
    this.#present = Math.max(this.#present, timestamp - now / 1000);
  }

  /** Unix seconds on the server, now. */
  now() {
    const offset = Math.max(this.#previous, this.#present);
    return this.#now() / 1000 + (Number.isFinite(offset) ? offset : 0);
  }
}
