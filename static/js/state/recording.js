/**
 * What one container uses, for as long as its panel is open: fifteen minutes, in memory taken once.
 * Counterpart: `views/panel-stats.js`, which draws it; `client/history.js`, whose two minutes it
 * begins with.
 */

import { effect, signal } from "@preact/signals";
import { Ring } from "../client/index.js";
import { extended } from "../lib/recorder.js";
import { historyOf, samples, wantFigures } from "./live.js";
import { isVisible } from "./visible.js";

/** @typedef {{engine: string, id: string}} Ref */

/** A feed may be ten times as fast: more often nobody can read it, and nothing is left out of the ring. */
const SHOWN_SECONDS = 0.9;

export class Recording {
  /** Null before the first numbers; always the same one until the feed changes its columns or its pace. */
  ring = /** @type {Ring | null} */ (null);
  /** Another number whenever there is something new to draw. */
  version = signal(0);

  #ref;
  #stops;
  #shownAt = 0;

  /** @param {Ref} ref */
  constructor(ref) {
    this.#ref = ref;
    this.#stops = [
      effect(() => wantFigures(isVisible.value, "panel")),
      effect(() => this.#take(samples.value.get(ref.engine))),
    ];
  }

  close() {
    for (const stop of this.#stops) stop();
    wantFigures(false, "panel");
  }

  /** @param {import("../client/index.js").Sample | undefined} sample */
  #take(sample) {
    if (!sample || sample.timestamp === this.ring?.last) return;
    this.ring = extended(this.ring ?? historyOf(this.#ref), sample, this.#ref.id);
    if (Math.abs(sample.timestamp - this.#shownAt) < SHOWN_SECONDS) return;
    this.#shownAt = sample.timestamp;
    this.version.value = this.version.peek() + 1;
  }
}
