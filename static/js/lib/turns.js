/** A queue before a server: so many at a time, and never two at the same moment. */

/** @typedef {() => Promise<void>} Work */

export class Turns {
  /** @type {Work[]} */
  #waiting = [];
  #underWay = 0;
  #isPausing = false;
  #most;
  #gap_ms;

  /**
   * @param {number} most how many may be under way
   * @param {number} gap_ms how long after one starts the next may
   */
  constructor(most, gap_ms) {
    this.#most = most;
    this.#gap_ms = gap_ms;
  }

  /** @param {Work} work what fails is over, too */
  join(work) {
    this.#waiting.push(work);
    this.#next();
  }

  #next() {
    if (this.#isPausing || this.#underWay >= this.#most) return;
    const work = this.#waiting.shift();
    if (!work) return;
    this.#underWay += 1;
    this.#isPausing = true;
    setTimeout(() => {
      this.#isPausing = false;
      this.#next();
    }, this.#gap_ms);
    void this.#run(work);
  }

  /** @param {Work} work */
  async #run(work) {
    try {
      await work();
    } finally {
      this.#underWay -= 1;
      this.#next();
    }
  }
}
