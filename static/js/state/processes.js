/**
 * The processes of one container, asked for every few seconds while somebody looks and it runs.
 * Counterpart: `views/panel-processes.js`.
 */

import { computed, effect, signal } from "@preact/signals";
import { now } from "./clock.js";
import { isConfirmed } from "./inspect.js";
import { containerOf, processesOf } from "./live.js";
import { isVisible } from "./visible.js";
import { pause } from "./waiting.js";

/**
 * @typedef {import("../client/types.js").ProcessTable} ProcessTable
 * @typedef {{engine: string, id: string}} Ref
 */

const AGAIN_MS = 3000;

export class Processes {
  /** The last known, null before the first. @type {import("@preact/signals").Signal<ProcessTable | null>} */
  table = signal(null);
  /** Why the last attempt failed; null when it did not. @type {import("@preact/signals").Signal<unknown>} */
  error = signal(null);
  /** Unix seconds. @type {import("@preact/signals").Signal<number | null>} */
  readAt = signal(null);

  #ref;
  #stop;

  /** @param {Ref} ref */
  constructor(ref) {
    this.#ref = ref;
    const isRunning = computed(() => containerOf(ref)?.state === "running");
    const isAsked = computed(() => isVisible.value && isRunning.value && isConfirmed(ref.engine));
    this.#stop = effect(() => {
      if (!isAsked.value) return;
      const ended = new AbortController();
      void this.#follow(ended.signal);
      return () => ended.abort();
    });
  }

  close() {
    this.#stop();
  }

  /** @param {AbortSignal} ended */
  async #follow(ended) {
    while (!ended.aborted) {
      try {
        const table = await processesOf(this.#ref, ended);
        this.table.value = table;
        this.error.value = null;
        this.readAt.value = now.peek();
      } catch (error) {
        if (ended.aborted) return;
        this.error.value = error;
      }
      await pause(AGAIN_MS, ended);
    }
  }
}
