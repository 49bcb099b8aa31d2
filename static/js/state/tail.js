/**
 * The log of one container, followed for as long as the panel is open. Survives
 * a lost connection and a restart of the container: it goes on after the last
 * line it has. Counterpart: `views/logs.js`.
 */

import { effect, signal } from "@preact/signals";
import { withLines } from "../lib/line-buffer.js";
import { plainText } from "../lib/log-text.js";
import { connection, containerOf, getLogs } from "./live.js";

/**
 * @typedef {import("../client/types.js").LogLine} LogLine
 * @typedef {{stream: string, timestamp: number, text: string}} Line what is kept of a line
 * @typedef {"opening" | "following" | "lost" | "ended" | "gone" | "refused"} TailPhase
 */

export const LINES_KEPT = 5000;
const TAIL_LINES = 500;
const RETRY_FIRST_MS = 1000;
const RETRY_MAX_MS = 15_000;
/** Silent containers have no first line to tell that following began. */
const QUIET_MS = 1500;
const NEWS_MS = 500;
/** What the engine says of a log it has given until now, while the container is being removed. */
const GOING = new Set(["container.conflict", "container.not_found"]);

export class Tail {
  /** @type {import("@preact/signals").Signal<readonly import("../lib/line-buffer.js").Block<Line>[]>} */
  blocks = signal([]);
  /** How many lines ever came: what the "new lines" button counts with. */
  count = signal(0);
  /** @type {import("@preact/signals").Signal<TailPhase>} */
  phase = signal("opening");
  /** @type {import("@preact/signals").Signal<unknown>} */
  error = signal(null);

  #ref;
  #abort = new AbortController();
  /** @type {string | undefined} */
  #cursor;
  /** @type {Line[]} */
  #waiting = [];
  #flushing = 0;

  /** @param {{engine: string, id: string}} ref */
  constructor(ref) {
    this.#ref = ref;
    void this.#run();
  }

  close() {
    this.#abort.abort();
    clearTimeout(this.#flushing);
  }

  async #run() {
    const { signal: closed } = this.#abort;
    let retryMs = RETRY_FIRST_MS;
    while (!closed.aborted) {
      const before = this.#cursor;
      try {
        await this.#follow();
        // The log may end a moment before the news of why it did.
        await pause(NEWS_MS, closed);
        if (closed.aborted) return;
        this.phase.value = this.#ended();
        await until(() => isRunning(this.#ref), closed);
      } catch (error) {
        const code = codeOf(error);
        if (isLoss(code)) this.phase.value = "lost";
        else if (!(this.#cursor && GOING.has(code))) {
          this.error.value = error;
          this.phase.value = "refused";
          return;
        }
      }
      retryMs = this.#cursor === before ? Math.min(retryMs * 2, RETRY_MAX_MS) : RETRY_FIRST_MS;
      await pause(retryMs, closed);
      await until(() => connection.value.status === "connected", closed);
      if (closed.aborted || containerOf(this.#ref)) continue;
      this.phase.value = "gone";
      await until(() => containerOf(this.#ref) !== undefined, closed);
    }
  }

  async #follow() {
    const { signal: closed } = this.#abort;
    const from = this.#cursor === undefined ? { tail: TAIL_LINES } : { since: this.#cursor };
    const quiet = setTimeout(() => (this.phase.value = "following"), QUIET_MS);
    try {
      for await (const line of getLogs(this.#ref, { follow: true, ...from, signal: closed })) {
        this.#cursor = line.cursor;
        this.#take(line);
      }
    } finally {
      clearTimeout(quiet);
    }
  }

  /** @returns {TailPhase} */
  #ended() {
    const container = containerOf(this.#ref);
    if (!container) return "gone";
    return container.state === "running" ? "lost" : "ended";
  }

  /**
   * Lines come in bursts; the page is drawn once for each.
   *
   * @param {LogLine} line
   */
  #take({ stream, timestamp, text }) {
    if (this.phase.peek() !== "following") this.phase.value = "following";
    this.#waiting.push({ stream, timestamp, text: plainText(text) });
    if (this.#waiting.length > 2 * LINES_KEPT) this.#waiting.splice(0, LINES_KEPT);
    this.#flushing ||= setTimeout(() => this.#flush(), 50);
  }

  #flush() {
    this.#flushing = 0;
    this.blocks.value = withLines(this.blocks.peek(), this.#waiting, LINES_KEPT);
    this.count.value += this.#waiting.length;
    this.#waiting = [];
  }
}

/** @param {{engine: string, id: string}} ref */
function isRunning(ref) {
  return containerOf(ref)?.state === "running";
}

/**
 * Anything without a code of the server's own is the way to it, and passes.
 *
 * @param {string | undefined} code
 */
function isLoss(code) {
  return code === undefined || code === "connection.lost" || code === "engine.unavailable";
}

/**
 * @param {unknown} error
 * @returns {string | undefined}
 */
function codeOf(error) {
  const { code } = /** @type {{code?: unknown}} */ (error ?? {});
  return typeof code === "string" ? code : undefined;
}

/**
 * @param {number} ms
 * @param {AbortSignal} closed
 */
function pause(ms, closed) {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
    closed.addEventListener("abort", resolve, { once: true });
  });
}

/**
 * Resolves as soon as what the signals say makes it true.
 *
 * @param {() => boolean} holds
 * @param {AbortSignal} closed
 */
async function until(holds, closed) {
  let stop = () => {};
  await new Promise((resolve) => {
    stop = effect(() => {
      if (closed.aborted || holds()) resolve(undefined);
    });
    closed.addEventListener("abort", resolve, { once: true });
  });
  stop();
}
