/**
 * One attempt to get a source, best kind first: each rung has a head start over the one below it.
 * Counterpart: ladder.js, which starts attempts and keeps what they bring.
 *
 * Trying one after the other would need three time-outs to reach the last rung, nine seconds in a
 * network that swallows packets. This way the last one starts after two head starts, at 3 s.
 *
 * @import { SourceKind } from "./types.js"
 * @import { Source, SourceEnd, SourceHooks } from "./source.js"
 */

/** @typedef {Omit<SourceHooks, "heard">} TrialHooks */

/**
 * @typedef {object} ClimbOwner
 * @property {(kind: SourceKind, hooks: TrialHooks) => Source} launch
 * @property {(source: Source) => void} ready may come again, each time with a better one
 * @property {(end: SourceEnd | null) => void} over nothing is on trial any more
 * @property {(end: SourceEnd) => void} refused
 * @property {(source: Source, end: SourceEnd) => void} lost a source that had been ready
 */

export class Climb {
  #kinds;
  #owner;
  #head_start_ms;
  /** @type {Set<Source>} */
  #trials = new Set();
  #next = 0;
  /** @type {SourceEnd | null} */
  #end = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  #cancelled = false;

  /**
   * @param {readonly SourceKind[]} kinds best first
   * @param {ClimbOwner} owner
   * @param {number} head_start_ms
   */
  constructor(kinds, owner, head_start_ms) {
    this.#kinds = kinds;
    this.#owner = owner;
    this.#head_start_ms = head_start_ms;
  }

  get trials() {
    return [...this.#trials];
  }

  start() {
    this.#launchNext();
  }

  cancel() {
    this.#cancelled = true;
    clearTimeout(this.#timer);
    for (const source of this.#trials) source.close();
    this.#trials.clear();
  }

  #launchNext() {
    clearTimeout(this.#timer);
    if (this.#next >= this.#kinds.length) return;
    const kind = this.#kinds[this.#next];
    this.#next += 1;
    if (this.#next < this.#kinds.length) {
      this.#timer = setTimeout(() => this.#launchNext(), this.#head_start_ms);
    }
    const source = this.#owner.launch(kind, {
      // The way works and only the answer is awaited, which may rightly take the server 2 s.
      opened: () => clearTimeout(this.#timer),
      ready: (ready) => this.#ready(ready),
      ended: (ended, end) => this.#ended(ended, end),
    });
    this.#trials.add(source);
  }

  /** @param {Source} source */
  #ready(source) {
    clearTimeout(this.#timer);
    this.#next = this.#kinds.length;
    this.#trials.delete(source);
    const rank = this.#kinds.indexOf(source.kind);
    for (const trial of this.trials.filter((other) => this.#kinds.indexOf(other.kind) > rank)) {
      this.#trials.delete(trial);
      trial.close();
    }
    this.#owner.ready(source);
    this.#checkOver();
  }

  /**
   * @param {Source} source
   * @param {SourceEnd} end
   */
  #ended(source, end) {
    if (!this.#trials.delete(source)) return this.#owner.lost(source, end);
    if (end.refused) {
      this.cancel();
      return this.#owner.refused(end);
    }
    this.#end = end;
    this.#launchNext();
    this.#checkOver();
  }

  #checkOver() {
    if (!this.#cancelled && this.#trials.size === 0 && this.#next >= this.#kinds.length) this.#owner.over(this.#end);
  }
}
