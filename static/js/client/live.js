/**
 * What the two classes have in common: their place on the shared link, and what they say of it.
 * Counterpart: link.js; containers.js and metrics.js say what to do with what arrives.
 *
 * @import { ConnectionStatus, Greeting, LiveOptions, SourceKind, WireError } from "./types.js"
 * @import { Feed } from "./source.js"
 * @import { Outside } from "./outside.js"
 */

import { linkFor } from "./connection.js";
import { outsideOf } from "./outside.js";
import { isRecord } from "./shapes.js";

/** @typedef {import("./link.js").Link} Link */

/**
 * Fires `change` whenever a field has changed, `status` when it was one of this class's own, and
 * `error` with a WireError in `detail`.
 */
export class Live extends EventTarget {
  /** True until the first answer. */
  loading = true;
  /** @type {Greeting | null} what the server said of itself and of us, see the `connected` event */
  server = null;
  /** @protected @readonly @type {Outside} */
  outside;
  /** @protected @type {Record<string, unknown>} */
  wanted;
  /** @protected @readonly @type {Feed} */
  feed;
  /** @protected @type {Link | null} */
  link = null;
  #options;

  /**
   * @param {Feed["namespace"]} namespace
   * @param {LiveOptions} options
   * @param {Record<string, unknown>} wanted
   */
  constructor(namespace, options, wanted) {
    super();
    this.#options = options;
    this.outside = outsideOf(options.outside);
    this.wanted = wanted;
    this.feed = {
      namespace,
      wanted: () => this.wanted,
      answer: (data) => this.#answered(data),
      event: (name, payload) => this.#heard(name, payload),
      lost: () => this.onLost(),
      status: () => this.#statusChanged(),
      fault: (error) => this.#report(error),
    };
    // A subclass has its fields only after this constructor; the link's first word comes later still.
    if (options.autoConnect ?? true) this.connect();
  }

  /** @returns {ConnectionStatus} */
  get connectionStatus() {
    return this.link?.status ?? "disconnected";
  }

  /** @returns {SourceKind | null} */
  get source() {
    return this.link?.source ?? null;
  }

  /** @returns {WireError | null} why there is no connection; `null` while there is one */
  get error() {
    return this.link?.error ?? null;
  }

  /** Also the way on after `unauthorized`. Does nothing when connected. */
  connect() {
    if (this.link) return this.link.reopen();
    this.link = linkFor(this.#options, this.feed.namespace);
    this.link.attach(this.feed);
  }

  /** Keeps what is shown; it grows stale by itself. */
  disconnect() {
    const link = this.link;
    if (!link) return;
    this.link = null;
    link.detach(this.feed);
    this.onLost();
    this.#statusChanged();
  }

  /**
   * Changes the wanted set; the answer replaces what is shown.
   * @protected
   * @param {Record<string, unknown>} wanted
   */
  want(wanted) {
    this.wanted = wanted;
    this.link?.resubscribe(this.feed);
  }

  /** @protected */
  changed() {
    this.dispatchEvent(new Event("change"));
  }

  /** @param {unknown} data */
  #answered(data) {
    this.loading = false;
    this.onAnswer(data);
    this.changed();
  }

  /**
   * @param {string} name
   * @param {unknown} payload
   */
  #heard(name, payload) {
    if (name === "connected" && isRecord(payload)) {
      this.server = /** @type {Greeting} */ (/** @type {unknown} */ (payload));
      this.changed();
    } else if (name === "error" && isRecord(payload)) {
      this.#report(/** @type {WireError} */ (/** @type {unknown} */ (payload)));
    } else {
      this.onEvent(name, payload);
    }
  }

  /** @param {WireError} error */
  #report(error) {
    this.dispatchEvent(new CustomEvent("error", { detail: error }));
  }

  #statusChanged() {
    this.dispatchEvent(new Event("status"));
    this.changed();
  }

  /* What each class does in its own way. */

  /**
   * @protected
   * @param {unknown} _data
   */
  onAnswer(_data) {}

  /**
   * @protected
   * @param {string} _name
   * @param {unknown} _payload
   */
  onEvent(_name, _payload) {}

  /** @protected */
  onLost() {}
}
