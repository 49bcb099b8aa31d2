/**
 * Asks for a fresh snapshot of an engine when something was missed: one question at a time.
 * Counterpart: apply.js says when; the server's `resync` answers.
 *
 * @import { Ack, ContainersPayload } from "./types.js"
 */

const FIRST_MS = 250;
const MAX_MS = 10_000;

export class Resyncs {
  #ask;
  #take;
  /** @type {Map<string, { tries: number, timer?: ReturnType<typeof setTimeout> }>} */
  #open = new Map();

  /**
   * @param {(engine: string) => Promise<Ack<ContainersPayload>>} ask
   * @param {(snapshot: unknown) => boolean} take whether the state is whole again
   */
  constructor(ask, take) {
    this.#ask = ask;
    this.#take = take;
  }

  /** @param {string} engine */
  need(engine) {
    if (this.#open.has(engine)) return;
    const entry = { tries: 0 };
    this.#open.set(engine, entry);
    void this.#try(engine, entry);
  }

  /** The connection is gone, or has just answered for all engines at once. */
  clear() {
    for (const { timer } of this.#open.values()) clearTimeout(timer);
    this.#open.clear();
  }

  /**
   * Asks again later and later: a server that could not answer is busy already.
   * @param {string} engine
   * @param {{ tries: number, timer?: ReturnType<typeof setTimeout> }} entry
   */
  async #try(engine, entry) {
    const ack = await this.#ask(engine).catch(() => null);
    if (this.#open.get(engine) !== entry) return;
    if (ack?.ok && this.#take(ack.data)) {
      this.#open.delete(engine);
      return;
    }
    const delay_ms = Math.min(MAX_MS, FIRST_MS * 2 ** entry.tries);
    entry.tries += 1;
    entry.timer = setTimeout(() => void this.#try(engine, entry), delay_ms);
  }
}
