/**
 * Always the best source there is: falls when one is lost, and climbs back when it can.
 * Counterpart: climb.js for one attempt; link.js for who we are and who listens.
 *
 * @import { SourceKind } from "./types.js"
 * @import { Outside } from "./outside.js"
 * @import { Feed, Source, SourceEnd } from "./source.js"
 * @import { TrialHooks } from "./climb.js"
 */

import { Climb } from "./climb.js";

/**
 * @typedef {object} LadderOwner
 * @property {(kind: SourceKind, hooks: TrialHooks) => Source} launch
 * @property {() => void} promoted `current` is a new source, and has said what it knows
 * @property {(end: SourceEnd) => void} lost there is no source; another attempt is under way
 * @property {(end: SourceEnd | null) => void} failed an attempt brought nothing; another one follows
 * @property {(end: SourceEnd) => void} refused it stands still until `start`
 */

/** A proxy that lets a WebSocket in and cuts it at once would otherwise be tried for ever. */
const SHORT_LIVES_MAX = 2;

export class Ladder {
  /** @type {Source | null} */
  current = null;
  #kinds;
  #owner;
  #outside;
  /** @type {Climb | null} */
  #climb = null;
  #running = false;
  #failures = 0;
  #probes = 0;
  #promoted_at = 0;
  /** @type {Map<SourceKind, number>} */
  #short_lives = new Map();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /**
   * @param {readonly SourceKind[]} kinds best first
   * @param {LadderOwner} owner
   * @param {Outside} outside
   */
  constructor(kinds, owner, outside) {
    this.#kinds = kinds;
    this.#owner = owner;
    this.#outside = outside;
  }

  start() {
    if (this.#running) return;
    this.#running = true;
    if (this.current) this.#probeLater();
    else this.#attempt();
  }

  /** After a delay that grows: for a server that refuses, or answers nothing. */
  startLater() {
    if (this.#running) return;
    this.#running = true;
    if (this.current) this.#probeLater();
    else this.#attemptLater();
  }

  stop() {
    this.#pause();
    this.current?.close();
    this.current = null;
  }

  /** The network or the page came back: no reason to wait for a timer set in worse times. */
  wake() {
    if (!this.#running || this.#climb) return;
    if (!this.current) this.#attempt();
    else if (this.#better.length > 0) this.#probe();
    else this.current.check();
  }

  /** @param {Feed} feed */
  add(feed) {
    for (const source of this.#sources) source.add(feed);
  }

  /** @param {Feed} feed */
  remove(feed) {
    for (const source of this.#sources) source.remove(feed);
  }

  /** @param {Feed} feed */
  resubscribe(feed) {
    for (const source of this.#sources) source.resubscribe(feed);
  }

  get #sources() {
    return [...(this.current ? [this.current] : []), ...(this.#climb?.trials ?? [])];
  }

  get #better() {
    return this.current ? this.#kinds.slice(0, this.#kinds.indexOf(this.current.kind)) : this.#kinds;
  }

  #pause() {
    this.#running = false;
    clearTimeout(this.#timer);
    this.#climb?.cancel();
    this.#climb = null;
  }

  /** A kind that only brought short lives waits for a probe; unless nothing else is left. */
  #attempt() {
    const trusted = this.#kinds.filter((kind) => (this.#short_lives.get(kind) ?? 0) < SHORT_LIVES_MAX);
    this.#begin(trusted.length > 0 ? trusted : this.#kinds);
  }

  #attemptLater() {
    const { retry_first_ms, retry_max_ms } = this.#outside.timings;
    const delay_ms = Math.min(retry_max_ms, retry_first_ms * 2 ** this.#failures);
    // Jitter: after a restart of the server all pages would otherwise come back in the same instant.
    this.#later(delay_ms * (0.5 + this.#outside.random() / 2), () => this.#attempt());
  }

  #probe() {
    this.#begin(this.#better);
  }

  #probeLater() {
    if (this.#better.length === 0) return;
    const { probe_first_ms, probe_max_ms } = this.#outside.timings;
    this.#later(Math.min(probe_max_ms, probe_first_ms * 2 ** this.#probes), () => {
      this.#probes += 1;
      this.#probe();
    });
  }

  /**
   * @param {number} delay_ms
   * @param {() => void} task
   */
  #later(delay_ms, task) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(task, delay_ms);
  }

  /** @param {readonly SourceKind[]} kinds */
  #begin(kinds) {
    clearTimeout(this.#timer);
    this.#climb = new Climb(
      kinds,
      {
        launch: (kind, hooks) => this.#owner.launch(kind, hooks),
        ready: (source) => this.#promote(source),
        over: (end) => this.#over(end),
        refused: (end) => this.#refused(end),
        lost: (source, end) => this.#lost(source, end),
      },
      this.#outside.timings.head_start_ms,
    );
    this.#climb.start();
  }

  /** @param {Source} source */
  #promote(source) {
    this.current?.close();
    this.current = source;
    this.#promoted_at = this.#outside.now();
    source.goLive();
    this.#owner.promoted();
  }

  /** @param {SourceEnd | null} end */
  #over(end) {
    this.#climb = null;
    if (this.current) return this.#probeLater();
    this.#failures += 1;
    this.#attemptLater();
    this.#owner.failed(end);
  }

  /**
   * @param {Source} source
   * @param {SourceEnd} end
   */
  #lost(source, end) {
    if (source !== this.current) return;
    this.current = null;
    this.#climb?.cancel();
    this.#climb = null;
    this.#owner.lost(end);
    this.#judge(source, end);
    if (end.refused) this.#refused(end);
    else this.#attemptLater();
  }

  /**
   * A refusal is about who we are and speaks for the way, so it counts as a failure only.
   * @param {Source} source
   * @param {SourceEnd} end
   */
  #judge(source, end) {
    const lived_ms = this.#outside.now() - this.#promoted_at;
    if (lived_ms >= this.#outside.timings.short_life_ms) {
      this.#failures = 0;
      this.#probes = 0;
      this.#short_lives.delete(source.kind);
      return;
    }
    this.#failures += 1;
    if (!end.refused) this.#short_lives.set(source.kind, (this.#short_lives.get(source.kind) ?? 0) + 1);
  }

  /** @param {SourceEnd} end */
  #refused(end) {
    this.#pause();
    this.#owner.refused(end);
  }
}
