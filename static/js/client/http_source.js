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

const ANSWERS = { "/containers": containersAnswer, "/metrics": metricsAnswer };

export class HttpSource extends Source {
  #rest;
  #timings;
  /** @type {Map<Feed, ReturnType<typeof setTimeout> | undefined>} the next look */
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
    void this.#look(feed);
  }

  /**
   * @override
   * @param {Feed} feed
   */
  finish(feed) {
    clearTimeout(this.#looks.get(feed));
    this.#looks.delete(feed);
  }

  /**
   * A look that is under way still has the old set; the next is at most two seconds away.
   * @override
   * @param {Feed} feed
   */
  resubscribe(feed) {
    const next = this.#looks.get(feed);
    if (next === undefined) return;
    clearTimeout(next);
    void this.#look(feed);
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

  /** @param {Feed} feed */
  async #look(feed) {
    this.#looks.set(feed, undefined);
    const signal = AbortSignal.any([this.#abort.signal, AbortSignal.timeout(this.#timings.request_ms)]);
    try {
      const data = await ANSWERS[feed.namespace](this.#rest, feed.wanted(), signal);
      this.opened();
      if (this.#looks.has(feed)) this.answered(feed, data);
    } catch (error) {
      if (!isPassing(error)) return this.#failed(error);
    }
    if (this.#looks.has(feed)) {
      this.#looks.set(feed, setTimeout(() => void this.#look(feed), this.#timings.poll_ms));
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
