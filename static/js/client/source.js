/**
 * What every way to the server has in common: who is fed, what has been answered, and the end.
 * Counterpart: ladder.js, which launches sources and decides which one the feeds hear.
 *
 * A source that is still on trial collects what it hears and says it all when it takes over: so
 * the one below keeps running until then, and nothing falls between the two.
 *
 * @import { Ack, SourceKind, WireError } from "./types.js"
 */

import { toWireError } from "./errors.js";

/**
 * What a source serves. Neither call throws, whatever the server sent: Source sees to that.
 * @typedef {object} Feed
 * @property {"/containers" | "/metrics"} namespace
 * @property {() => Record<string, unknown>} wanted the whole wanted set, sent as `subscribe`
 * @property {(data: unknown) => void} answer the answer to `subscribe`
 * @property {(name: string, payload: unknown) => void} event
 * @property {() => void} lost what is shown is from now on the last known
 * @property {() => void} status the link's status, source or error has changed
 * @property {(error: WireError) => void} fault
 */

/** @typedef {{ refused: boolean, error: WireError }} SourceEnd refused: it is about who we are */

/**
 * @typedef {object} SourceHooks
 * @property {(source: Source) => void} opened let in; the answers are awaited
 * @property {(source: Source) => void} ready every feed has its answer
 * @property {(source: Source, end: SourceEnd) => void} ended once, and not after `close`
 * @property {(payload: unknown) => void} heard anything at all, for the clock
 */

export class Source {
  /** @readonly */
  kind;
  #hooks;
  /** @type {Set<Feed>} */
  #unanswered = new Set();
  /** @type {(() => void)[] | null} `null` once live */
  #inbox = [];
  #ready = false;
  #over = false;

  /**
   * @param {SourceKind} kind
   * @param {SourceHooks} hooks
   */
  constructor(kind, hooks) {
    this.kind = kind;
    this.#hooks = hooks;
  }

  /** @param {Feed} feed */
  add(feed) {
    this.#unanswered.add(feed);
    this.begin(feed);
  }

  /** @param {Feed} feed */
  remove(feed) {
    this.#unanswered.delete(feed);
    this.finish(feed);
    this.#checkReady();
  }

  /** @param {Feed} feed */
  serves(feed) {
    return !this.#over && !this.#unanswered.has(feed);
  }

  goLive() {
    const collected = this.#inbox ?? [];
    this.#inbox = null;
    for (const say of collected) say();
  }

  /** Quietly, by our own wish. */
  close() {
    if (this.#over) return;
    this.#over = true;
    this.#inbox = null;
    this.shut();
  }

  /** @param {SourceEnd} end */
  end(end) {
    if (this.#over) return;
    this.close();
    this.#hooks.ended(this, end);
  }

  opened() {
    if (!this.#over) this.#hooks.opened(this);
  }

  /**
   * @param {Feed} feed
   * @param {unknown} data
   */
  answered(feed, data) {
    if (this.#over) return;
    this.#say(feed, () => feed.answer(data));
    this.#unanswered.delete(feed);
    this.#hooks.heard(data);
    this.#checkReady();
  }

  /**
   * @param {Feed} feed
   * @param {string} name
   * @param {unknown} payload
   */
  heard(feed, name, payload) {
    if (this.#over) return;
    this.#hooks.heard(payload);
    this.#say(feed, () => feed.event(name, payload));
  }

  #checkReady() {
    if (this.#ready || this.#over || this.#unanswered.size > 0) return;
    this.#ready = true;
    this.#hooks.ready(this);
  }

  /**
   * The boundary: what a malformed message breaks is that message. Without the catch it would end
   * the transport's read loop, and the page would stand still and look alive.
   * @param {Feed} feed
   * @param {() => void} say
   */
  #say(feed, say) {
    const guarded = () => {
      try {
        say();
      } catch (error) {
        feed.fault(toWireError(error));
      }
    };
    if (this.#inbox) this.#inbox.push(guarded);
    else guarded();
  }

  /* What each kind does in its own way. */

  /** @param {Feed} _feed */
  begin(_feed) {}

  /** @param {Feed} _feed */
  finish(_feed) {}

  shut() {}

  /** A page came back or a network did: is the line still alive? */
  check() {}

  /**
   * The wanted set has changed.
   * @param {Feed} _feed
   */
  resubscribe(_feed) {}

  /**
   * Rejects with LostError when nobody knows whether the server heard it.
   * @param {Feed} _feed
   * @param {string} event
   * @param {Record<string, unknown>} _payload
   * @param {number} _ms
   * @returns {Promise<Ack<any>>}
   */
  ask(_feed, event, _payload, _ms) {
    return Promise.resolve({ ok: false, error: { code: "request.invalid", message: `${event} is not for this source` } });
  }
}
