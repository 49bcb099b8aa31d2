/**
 * The feeds over Socket.IO, on one transport: one Engine.IO connection, a namespace per feed.
 * Counterpart: the server's namespaces (realtime/containers, realtime/metrics).
 *
 * The socket library's own reconnecting and upgrading stay off: they know one address and one
 * transport, and would fight the ladder, which knows all three ways.
 *
 * @import { Socket } from "socket.io-client"
 * @import { Ack, SourceKind } from "./types.js"
 * @import { Address } from "./address.js"
 * @import { Credentials } from "./credentials.js"
 * @import { Outside } from "./outside.js"
 * @import { Feed, SourceHooks } from "./source.js"
 */

import { LostError, refusesIdentity } from "./errors.js";
import { isRecord, toAck } from "./shapes.js";
import { Source } from "./source.js";

const SILENCE_HEARTBEATS = 2.2;

export class SocketSource extends Source {
  #credentials;
  #outside;
  #manager;
  /** @type {Map<Feed, Socket>} */
  #sockets = new Map();
  /** @type {Set<() => void>} */
  #asks = new Set();
  /** @type {{ code: string, message: string } | null} */
  #said = null;
  #heartbeat_ms;
  #heard_at;
  #deadline;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #watchdog;

  /**
   * @param {SourceKind} kind
   * @param {{ address: Address, credentials: Credentials, outside: Outside }} context
   * @param {SourceHooks} hooks
   */
  constructor(kind, { address, credentials, outside }, hooks) {
    super(kind, hooks);
    this.#credentials = credentials;
    this.#outside = outside;
    this.#heartbeat_ms = outside.timings.heartbeat_ms;
    this.#heard_at = outside.now();
    this.#manager = new outside.Manager(address.origin, {
      path: address.socket_path,
      transports: [kind === "websocket" ? "websocket" : "polling"],
      upgrade: false,
      reconnection: false,
      autoConnect: false,
      timeout: outside.timings.connect_ms,
    });
    this.#deadline = setTimeout(() => this.#failed("connect timed out"), outside.timings.connect_ms);
  }

  /**
   * @override
   * @param {Feed} feed
   */
  begin(feed) {
    const socket = this.#manager.socket(feed.namespace, { auth: (send) => void this.#sign(send) });
    this.#sockets.set(feed, socket);
    socket.on("connect", () => this.#joined(feed));
    socket.on("connect_error", (/** @type {Error & { data?: unknown }} */ error) => {
      this.#failed(error.message, isRecord(error.data) ? error.data.code : undefined);
    });
    socket.on("disconnect", (reason) => {
      const told = reason === "io server disconnect" ? this.#said : null;
      this.#failed(told?.message ?? reason, told?.code);
    });
    socket.onAny((name, payload) => this.#received(feed, name, payload));
    socket.connect();
  }

  /**
   * @override
   * @param {Feed} feed
   */
  finish(feed) {
    const socket = this.#sockets.get(feed);
    this.#sockets.delete(feed);
    socket?.off().offAny().disconnect();
  }

  /** @override */
  shut() {
    clearTimeout(this.#deadline);
    clearTimeout(this.#watchdog);
    for (const lose of [...this.#asks]) lose();
    for (const feed of [...this.#sockets.keys()]) this.finish(feed);
  }

  /** @override */
  check() {
    if (this.#outside.now() - this.#heard_at < this.#outside.timings.doubt_ms) return;
    for (const feed of this.#sockets.keys()) this.resubscribe(feed);
  }

  /**
   * @override
   * @param {Feed} feed
   */
  resubscribe(feed) {
    if (this.#sockets.get(feed)?.connected) void this.#subscribe(feed);
  }

  /**
   * @override
   * @param {Feed} feed
   * @param {string} event
   * @param {Record<string, unknown>} payload
   * @param {number} ms
   * @returns {Promise<Ack<any>>}
   */
  ask(feed, event, payload, ms) {
    const socket = this.#sockets.get(feed);
    if (!socket?.connected) return Promise.reject(new LostError("not connected"));
    return new Promise((resolve, reject) => {
      // Our own list of open questions: the library forgets those it had only buffered when a line dies.
      const lose = () => {
        this.#asks.delete(lose);
        reject(new LostError("the connection was lost before the answer"));
      };
      this.#asks.add(lose);
      socket.timeout(ms).emit(event, payload, (/** @type {Error | null} */ error, /** @type {unknown} */ ack) => {
        if (error) return lose();
        this.#asks.delete(lose);
        this.#heard_at = this.#outside.now();
        resolve(toAck(ack));
      });
    });
  }

  /** @param {(auth: { token?: string }) => void} send */
  async #sign(send) {
    try {
      send(await this.#credentials.forSocket());
    } catch {
      this.#failed("the token function failed");
    }
  }

  /** @param {Feed} feed */
  #joined(feed) {
    void this.#subscribe(feed);
    if (this.#watchdog !== undefined) return;
    if (![...this.#sockets.values()].every((socket) => socket.connected)) return;
    clearTimeout(this.#deadline);
    this.#watch();
    this.opened();
  }

  /** @param {Feed} feed */
  async #subscribe(feed) {
    try {
      const ack = await this.ask(feed, "subscribe", feed.wanted(), this.#outside.timings.answer_ms);
      if (ack.ok) this.answered(feed, ack.data);
      else this.#failed(ack.error.message, ack.error.code);
    } catch (error) {
      if (this.#sockets.has(feed)) this.#failed(error instanceof Error ? error.message : String(error));
    }
  }

  /**
   * @param {Feed} feed
   * @param {string} name
   * @param {unknown} payload
   */
  #received(feed, name, payload) {
    this.#heard_at = this.#outside.now();
    if (isRecord(payload) && name === "connected") this.#heartbeat_ms = heartbeatOf(payload) ?? this.#heartbeat_ms;
    if (isRecord(payload) && name === "error" && refusesIdentity(payload.code)) {
      this.#said = { code: payload.code, message: String(payload.message ?? payload.code) };
    }
    this.heard(feed, name, payload);
  }

  /** Engine.IO's own check takes 45 s; two heartbeats missed say the same sooner, at 33 s. */
  #watch() {
    const silence_ms = this.#outside.now() - this.#heard_at;
    if (silence_ms > this.#heartbeat_ms * SILENCE_HEARTBEATS) this.#failed("the server has gone silent");
    else this.#watchdog = setTimeout(() => this.#watch(), this.#heartbeat_ms / 2);
  }

  /**
   * @param {string} message
   * @param {unknown} [code] only what the server itself said
   */
  #failed(message, code) {
    const known = typeof code === "string" ? code : "connection.lost";
    this.end({ refused: refusesIdentity(code), error: { code: known, message } });
  }
}

/**
 * @param {Record<string, any>} greeting
 * @returns {number | undefined}
 */
function heartbeatOf(greeting) {
  const seconds = Number(greeting.intervals?.heartbeat ?? greeting.intervals?.heartbeat_seconds);
  return seconds > 0 ? seconds * 1000 : undefined;
}
