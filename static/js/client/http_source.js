/**
 * The feeds over plain HTTP: looks every two seconds, for where no Socket.IO gets through at all.
 * Counterpart: http_answers.js for what is looked at; socket_source.js, which it stands in for.
 *
 * @import { Ack } from "./types.js"
 * @import { Outside } from "./outside.js"
 * @import { Rest } from "./rest.js"
 * @import { Feed, SourceHooks } from "./source.js"
 */

import { ApiError, LostError, refusesIdentity, toWireError } from "./errors.js";
import { containersAnswer, metricsAnswer } from "./http_answers.js";
import { Source } from "./source.js";

/** @typedef {{ next: ReturnType<typeof setTimeout> | undefined }} Turn the timer of the next look */

const ANSWERS = { "/containers": containersAnswer, "/metrics": metricsAnswer };

export class HttpSource extends Source {
  #rest;
  #timings;
  /**
   * A feed that leaves and comes back during a look gets another object: the old look ends there.
   * @type {Map<Feed, Turn>}
   */
  #looks = new Map();
  #abort = new AbortController();

  /**
   * @param {{ rest: Rest, outside: Outside }} context
   * @param {SourceHooks} hooks
   */
  constructor({ rest, outside }, hooks) {
    super("http", hooks);
    this.#rest = rest;
    this.#timings = outside.timings;
  }

  /**
   * @override
   * @param {Feed} feed
   */
  begin(feed) {
    const turn = { next: undefined };
    this.#looks.set(feed, turn);
    void this.#look(feed, turn);
  }

  /**
   * @override
   * @param {Feed} feed
   */
  finish(feed) {
    clearTimeout(this.#looks.get(feed)?.next);
    this.#looks.delete(feed);
  }

  /**
   * A look that is under way still has the old set; the next is at most two seconds away.
   * @override
   * @param {Feed} feed
   */
  resubscribe(feed) {
    const turn = this.#looks.get(feed);
    if (turn?.next === undefined) return;
    clearTimeout(turn.next);
    void this.#look(feed, turn);
  }

  /** @override */
  shut() {
    this.#abort.abort();
    for (const feed of [...this.#looks.keys()]) this.finish(feed);
  }

  /**
   * An action is not cut off when a better source takes over: only looks carry the abort signal.
   * @override
   * @param {Feed} _feed
   * @param {string} event
   * @param {Record<string, unknown>} payload
   * @param {number} ms
   * @returns {Promise<Ack<any>>}
   */
  async ask(_feed, event, payload, ms) {
    if (event !== "container-action") return super.ask(_feed, event, payload, ms);
    const { engine, container, ...body } = payload;
    const path = `containers/${encodeURIComponent(String(engine))}/${encodeURIComponent(String(container))}/actions`;
    const signal = AbortSignal.timeout(Math.ceil(ms));
    try {
      return { ok: true, data: await this.#rest.json(path, { method: "POST", body, signal }) };
    } catch (error) {
      if (error instanceof ApiError) return { ok: false, error: toWireError(error) };
      throw new LostError(error instanceof Error ? error.message : String(error));
    }
  }

  /**
   * @param {Feed} feed
   * @param {Turn} turn
   */
  async #look(feed, turn) {
    turn.next = undefined;
    const signal = AbortSignal.any([this.#abort.signal, AbortSignal.timeout(this.#timings.request_ms)]);
    try {
      const data = await ANSWERS[feed.namespace](this.#rest, feed.wanted(), signal);
      this.opened();
      if (this.#looks.get(feed) === turn) this.answered(feed, data);
    } catch (error) {
      if (!isPassing(error)) return this.#failed(error);
    }
    if (this.#looks.get(feed) === turn) {
      turn.next = setTimeout(() => void this.#look(feed, turn), this.#timings.poll_ms);
    }
  }

  /** @param {unknown} error */
  #failed(error) {
    this.end({ refused: error instanceof ApiError && refusesIdentity(error.code), error: toWireError(error) });
  }
}

/**
 * Being told to slow down is no reason to go away: the next look comes in two seconds anyway.
 * @param {unknown} error
 */
function isPassing(error) {
  return error instanceof ApiError && error.status === 429;
}
