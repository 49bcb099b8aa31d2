/**
 * The engine's own description of one container, for as long as its panel is open. Read when the
 * container changes, and never on a timer. Counterpart: `views/panel-container.js`.
 */

import { computed, effect, signal } from "@preact/signals";
import { environmentOf } from "../lib/inspect.js";
import { now } from "./clock.js";
import { connection, containerOf, engines, inspect } from "./live.js";

/**
 * @typedef {import("../client/types.js").ContainerDetails} ContainerDetails
 * @typedef {{engine: string, id: string}} Ref
 * @typedef {{phase: "hidden"} | {phase: "asking"} | {phase: "refused", error: unknown}
 *   | {phase: "shown", entries: import("../lib/inspect.js").EnvironmentEntry[]}} Reveal
 */

/** A restart is told in several changes, and an end may be followed by a removal: read once, afterwards. */
const SETTLE_MS = 400;

/** @type {Reveal} */
const HIDDEN = { phase: "hidden" };

/**
 * Whether what the page knows of an engine is true now.
 *
 * @param {string} name
 */
export function isConfirmed(name) {
  if (connection.value.status !== "connected") return false;
  return engines.value.some(({ engine, stale }) => engine === name && !stale);
}

export class Inspection {
  /** The last known, null before the first. @type {import("@preact/signals").Signal<ContainerDetails | null>} */
  details = signal(null);
  /** Why the last attempt failed; null when it did not. @type {import("@preact/signals").Signal<unknown>} */
  error = signal(null);
  /** Unix seconds. @type {import("@preact/signals").Signal<number | null>} */
  readAt = signal(null);
  /** @type {import("@preact/signals").Signal<Reveal>} */
  reveal = signal(HIDDEN);

  #ref;
  #closed = new AbortController();
  #isReading = false;
  #isDue = false;
  #stop;

  /** @param {Ref} ref */
  constructor(ref) {
    this.#ref = ref;
    // Another object whenever anything about it changed: the client library keeps what did not.
    const container = computed(() => containerOf(ref));
    const isReachable = computed(() => isConfirmed(ref.engine));
    this.#stop = effect(() => {
      if (!container.value || !isReachable.value) return;
      const timer = setTimeout(() => void this.read(), this.details.peek() ? SETTLE_MS : 0);
      return () => clearTimeout(timer);
    });
  }

  close() {
    this.#stop();
    this.#closed.abort();
    this.hide();
  }

  /** Reads it again; what is asked for meanwhile is read once, afterwards. */
  async read() {
    this.#isDue = true;
    if (this.#isReading) return;
    this.#isReading = true;
    while (this.#isDue && !this.#closed.signal.aborted) {
      this.#isDue = false;
      await this.#readOnce();
    }
    this.#isReading = false;
  }

  async #readOnce() {
    const { signal: closed } = this.#closed;
    try {
      this.details.value = await inspect(this.#ref, { signal: closed });
      this.error.value = null;
      this.readAt.value = now.peek();
    } catch (error) {
      if (!closed.aborted) this.error.value = error;
    }
  }

  /** Asks for the environment unmasked; the server's log keeps that it was. */
  async show() {
    /** @type {Reveal} */
    const asking = { phase: "asking" };
    this.reveal.value = asking;
    /** @type {Reveal} */
    const outcome = await inspect(this.#ref, { reveal: "env", signal: this.#closed.signal }).then(
      (details) => ({ phase: "shown", entries: environmentOf(details) }),
      (error) => ({ phase: "refused", error }),
    );
    // Hidden again meanwhile: what comes late must not appear.
    if (this.reveal.peek() === asking) this.reveal.value = outcome;
  }

  hide() {
    this.reveal.value = HIDDEN;
  }
}
