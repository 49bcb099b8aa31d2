/**
 * Waits for a condition that others bring about and announce.
 * Counterpart: link.js, where actions wait to be served.
 */

export class Waiting {
  /** @type {Set<() => void>} */
  #looks = new Set();

  /** Something may have changed. */
  look() {
    for (const look of [...this.#looks]) look();
  }

  /**
   * @param {() => boolean} condition
   * @param {number} ms
   * @returns {Promise<void>} when it is so, or the time is over
   */
  until(condition, ms) {
    if (condition() || ms <= 0) return Promise.resolve();
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.#looks.delete(look);
        resolve();
      };
      const look = () => {
        if (condition()) done();
      };
      const timer = setTimeout(done, ms);
      this.#looks.add(look);
    });
  }
}
