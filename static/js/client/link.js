/**
 * One connection to a server, for all who ask with the same identity.
 * Counterpart: live.js, whose feeds it carries; ladder.js, which finds the way.
 *
 * @import { Ack, ConnectionStatus, SourceKind, WireError } from "./types.js"
 * @import { Address } from "./address.js"
 * @import { Credentials } from "./credentials.js"
 * @import { Outside } from "./outside.js"
 * @import { Rest } from "./rest.js"
 * @import { Feed, Source, SourceEnd } from "./source.js"
 * @import { TrialHooks } from "./climb.js"
 */

import { ServerClock } from "./clock.js";
import { LostError } from "./errors.js";
import { HttpSource } from "./http_source.js";
import { Ladder } from "./ladder.js";
import { enginesOf, isRecord } from "./shapes.js";
import { SocketSource } from "./socket_source.js";
import { Waiting } from "./waiting.js";

/** @type {readonly SourceKind[]} */
const ALL_KINDS = ["websocket", "long-polling", "http"];

/**
 * @typedef {object} LinkContext
 * @property {Address} address
 * @property {Credentials} credentials
 * @property {Rest} rest
 * @property {Outside} outside
 * @property {boolean} fallback
 */

/** Used once: from the first feed to the last. */
export class Link {
  /** @type {ConnectionStatus} */
  status = "disconnected";
  /** @type {WireError | null} */
  error = null;
  /** @readonly */
  clock;
  #context;
  #closed;
  #ladder;
  /** @type {Set<Feed>} */
  #feeds = new Set();
  #waiting = new Waiting();
  #renewed = false;
  #kept = false;
  #wake = () => this.#ladder.wake();
  #seen = () => {
    if (this.#context.outside.document?.visibilityState === "visible") this.#ladder.wake();
  };

  /**
   * @param {LinkContext} context
   * @param {(link: Link) => void} closed the last feed has gone
   */
  constructor(context, closed) {
    const { outside, fallback } = context;
    this.#context = context;
    this.#closed = closed;
    this.clock = new ServerClock(outside.now);
    this.#ladder = new Ladder(
      fallback ? ALL_KINDS : ALL_KINDS.slice(0, 1),
      {
        launch: (kind, hooks) => this.#launch(kind, hooks),
        promoted: () => this.#promoted(),
        lost: (end) => this.#lost(end),
        failed: (end) => this.#become(this.status, end?.error ?? this.error),
        refused: (end) => void this.#refused(end),
      },
      outside,
    );
  }

  get source() {
    return this.#ladder.current?.kind ?? null;
  }

  /** @param {Feed} feed */
  carries(feed) {
    return this.#feeds.has(feed);
  }

  /** @param {Feed["namespace"]} namespace */
  hasRoomFor(namespace) {
    return [...this.#feeds].every((feed) => feed.namespace !== namespace);
  }

  /** @param {Feed} feed */
  attach(feed) {
    this.#feeds.add(feed);
    if (this.#feeds.size === 1) this.#open();
    else this.#ladder.add(feed);
  }

  /** @param {Feed} feed */
  detach(feed) {
    if (!this.#feeds.delete(feed)) return;
    if (this.#feeds.size === 0) return this.#close();
    this.#ladder.remove(feed);
    this.#waiting.look();
  }

  /** Again after `unauthorized`: somebody has signed in. */
  reopen() {
    if (this.status !== "unauthorized") return;
    this.#renewed = false;
    this.#become("connecting", null);
    this.#ladder.start();
  }

  /** @param {Feed} feed */
  resubscribe(feed) {
    this.#ladder.resubscribe(feed);
  }

  /**
   * @param {Feed} feed
   * @param {string} event
   * @param {Record<string, unknown>} payload
   * @param {number} ms
   * @returns {Promise<Ack<any>>}
   */
  ask(feed, event, payload, ms) {
    const source = this.#ladder.current;
    if (!source?.serves(feed)) return Promise.reject(new LostError("not connected"));
    return source.ask(feed, event, payload, ms);
  }

  /**
   * Waits until the feed is served.
   * @param {Feed} feed
   * @param {number} ms
   * @returns {Promise<boolean>} false: not in time, or not any more
   */
  async served(feed, ms) {
    const settled = () => this.#ladder.current?.serves(feed) || !this.carries(feed) || this.status === "unauthorized";
    await this.#waiting.until(settled, ms);
    return this.#ladder.current?.serves(feed) ?? false;
  }

  /** The start waits for the end of the task, so that all classes made in it go up together. */
  #open() {
    const { window, document } = this.#context.outside;
    window?.addEventListener("online", this.#wake);
    document?.addEventListener("visibilitychange", this.#seen);
    this.#renewed = false;
    this.#become("connecting", null);
    queueMicrotask(() => {
      if (this.status === "connecting" && !this.source) this.#ladder.start();
    });
  }

  #close() {
    const { window, document } = this.#context.outside;
    window?.removeEventListener("online", this.#wake);
    document?.removeEventListener("visibilitychange", this.#seen);
    this.#ladder.stop();
    this.#release();
    this.#closed(this);
    this.#become("disconnected", null);
  }

  /**
   * @param {SourceKind} kind
   * @param {TrialHooks} hooks
   * @returns {Source}
   */
  #launch(kind, hooks) {
    const complete = { ...hooks, heard: (/** @type {unknown} */ payload) => this.#observe(payload) };
    const source =
      kind === "http" ? new HttpSource(this.#context, complete) : new SocketSource(kind, this.#context, complete);
    for (const feed of this.#feeds) source.add(feed);
    return source;
  }

  /** @param {unknown} payload */
  #observe(payload) {
    if (!isRecord(payload)) return;
    this.clock.observe(payload.timestamp);
    for (const entry of enginesOf(payload)) {
      if (isRecord(entry)) this.clock.observe(entry.timestamp);
    }
    this.#waiting.look();
  }

  #promoted() {
    this.#renewed = false;
    if (!this.#kept) this.#context.credentials.keep();
    this.#kept = true;
    this.#become("connected", null);
  }

  /** @param {SourceEnd} end */
  #lost(end) {
    for (const feed of this.#feeds) feed.lost();
    this.#become("reconnecting", end.error);
  }

  /**
   * One renewal per refusal: a server that refuses what it has just renewed means it.
   * @param {SourceEnd} end
   */
  async #refused(end) {
    const renewal = this.#renewed ? "refused" : await this.#context.credentials.renew();
    this.#renewed = true;
    if (this.#feeds.size === 0) return;
    if (renewal === "refused") {
      this.#ladder.stop();
      return this.#unauthorized(end);
    }
    if (renewal === "unreachable") this.#renewed = false;
    this.#ladder.startLater();
  }

  /** @param {SourceEnd} end */
  #unauthorized(end) {
    this.#release();
    for (const feed of this.#feeds) feed.lost();
    this.#become("unauthorized", end.error);
  }

  #release() {
    if (this.#kept) this.#context.credentials.release();
    this.#kept = false;
  }

  /**
   * @param {ConnectionStatus} status
   * @param {WireError | null} error
   */
  #become(status, error) {
    this.status = status;
    this.error = error;
    this.#waiting.look();
    for (const feed of [...this.#feeds]) feed.status();
  }
}
