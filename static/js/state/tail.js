/**
 * The logs of some containers, followed for as long as they are shown. Survives a lost connection
 * and a restart of the server, the engine and the containers: it goes on after the last line it
 * has. Who joins later is followed, too. Counterpart: `log-book.js`, which keeps the lines.
 */

import { computed, effect, signal } from "@preact/signals";
import { isGoing, isLoss, isTooOften } from "../lib/log-errors.js";
import { sinceAllAreThere } from "../lib/log-overlap.js";
import { present } from "./clock.js";
import { connection, containerOf, engines, getLogs, loading } from "./live.js";
import { MEMBERS_MOST, asked, isRunning, keeper, keyOf, livesOf, readable, tailFor } from "./log-refs.js";
import { pause, until } from "./waiting.js";

/**
 * @typedef {import("./live.js").Ref} Ref
 * @typedef {import("../client/types.js").LogLine} LogLine
 * @typedef {import("./log-refs.js").Line} Line
 * @typedef {"opening" | "following" | "lost" | "ended" | "gone" | "refused"} TailPhase
 * @typedef {object} Sink
 * @property {(lines: Line[]) => void} begin anew with these
 * @property {(line: Line) => void} take
 */

/** What a log that had no line yet is followed with: all that it wrote meanwhile. */
const TAIL_LINES_MOST = 100_000;
const RETRY_FIRST_MS = 1000;
const RETRY_MAX_MS = 15_000;
const NEWS_MS = 10_000;
/** Who was created this short a time ago joins with all its lines. */
const FRESH_SECONDS = 60;

export class Tail {
  /** @type {import("@preact/signals").Signal<TailPhase>} */
  phase = signal("opening");
  /** @type {import("@preact/signals").Signal<unknown>} */
  error = signal(null);
  /** Unix seconds: when the phase became what it is. */
  since = signal(present());
  /** How many of several are not being followed, because their engines were lost. */
  broken = signal(0);
  /** How many of several are not read, because they are too many. */
  leftOut = computed(() => Math.max(0, this.#listed.value.length - MEMBERS_MOST));
  /** How many of those that are read have a log that cannot be. */
  unreadable = computed(() => this.#members.value.filter((one) => this.#refused.value.has(keyOf(one))).length);

  #sink;
  #refs;
  #listed;
  #members;
  /** @type {import("@preact/signals").Signal<ReadonlySet<string>>} */
  #refused = signal(new Set());
  #closed = new AbortController();
  /** Ended when there is something new to follow; the next begins at once. */
  #turn = new AbortController();
  /** @type {string | undefined} */
  #cursor;
  #hasBegun = false;
  /** Whose place the cursor holds. */
  #covered = new Set();
  /** Who was lost while all began: only when all begin anew will its lines have their places. */
  #missed = new Set();

  /** @param {Ref[]} refs @param {Sink} sink */
  constructor(refs, sink) {
    this.#sink = sink;
    this.#refs = signal(refs);
    this.#listed = computed(() => this.#refs.value.flatMap((ref) => containerOf(ref) ?? []));
    this.#members = computed(() => readable(this.#listed.value));
    void this.#run();
  }

  /** @param {Ref[]} refs */
  setRefs(refs) {
    this.#refs.value = refs;
  }

  /** What there is to read now. */
  get members() {
    return this.#members.peek().map(({ engine, id }) => ({ engine, id }));
  }

  /** Begins anew, at the end of the logs. */
  reload() {
    this.#forget();
    this.#turn.abort();
  }

  close() {
    this.#closed.abort();
    this.#turn.abort();
  }

  /** @param {TailPhase} phase */
  #say(phase) {
    if (phase === this.phase.peek()) return;
    this.since.value = present();
    this.phase.value = phase;
  }

  #forget() {
    this.#hasBegun = false;
    this.#cursor = undefined;
    this.#covered.clear();
    this.#missed.clear();
  }

  async #run() {
    const { signal: closed } = this.#closed;
    let retryMs = RETRY_FIRST_MS;
    while (!closed.aborted) {
      this.#turn = new AbortController();
      const { signal: over } = this.#turn;
      const before = this.#cursor;
      await this.#turnThrough(over);
      retryMs = over.aborted || this.#cursor !== before ? RETRY_FIRST_MS : Math.min(retryMs * 2, RETRY_MAX_MS);
      // What restarts in a circle must not be asked for as fast as it does.
      await pause(over.aborted ? 100 : retryMs, closed);
      await until(() => connection.value.status === "connected", closed);
    }
  }

  /** @param {AbortSignal} over */
  async #turnThrough(over) {
    try {
      await until(() => !loading.value, over);
      const members = this.members;
      if (members.length === 0) await this.#awaitAny(over);
      else await this.#read(members, over);
    } catch (error) {
      if (over.aborted) return;
      if (this.#hasBegun && isGoing(error)) return await this.#awaitRemoval(error, over);
      if (this.#mayPass(error)) return;
      this.#refuse(error);
      await until(() => false, over);
    }
  }

  /**
   * A container that is being removed refuses its log until it is gone; so it is not asked again
   * before. One that stays has no log to be read.
   *
   * @param {unknown} error
   * @param {AbortSignal} over
   */
  async #awaitRemoval(error, over) {
    const { length } = this.#listed.peek();
    await until(() => this.#listed.value.length < length, lateOr(over));
    if (!over.aborted && this.#listed.peek().length >= length) this.#refuse(error);
  }

  /** @param {unknown} error */
  #refuse(error) {
    this.error.value = error;
    this.#say("refused");
  }

  /** @param {AbortSignal} over */
  async #awaitAny(over) {
    const names = new Set(this.#refs.peek().map(({ engine }) => engine));
    const isAway = engines.peek().some(({ engine, state }) => names.has(engine) && state !== "up");
    this.#say(isAway ? "lost" : "gone");
    await until(() => this.#members.value.length > 0, over);
  }

  /** @param {Ref[]} members @param {AbortSignal} over */
  async #read(members, over) {
    const lives = new Set(livesOf(this.#members.peek()));
    const stop = effect(() => {
      if (livesOf(this.#members.value).some((life) => !lives.has(life))) this.#turn.abort();
    });
    this.broken.value = 0;
    this.#refused.value = new Set();
    try {
      this.#welcome(members);
      if (!this.#hasBegun) await this.#begin(members, over);
      if (!over.aborted) await this.#follow(members.filter((ref) => !this.#missed.has(keyOf(ref))), over);
      // The log ends before the news of why it did, which a busy engine holds back for seconds.
      await until(() => !this.#members.value.some(isRunning), lateOr(over));
      if (over.aborted) return;
      this.#say(this.#ended());
      // What has stopped may start again, or go.
      await until(() => this.#members.value.length === 0 || this.#members.value.some(isRunning), over);
    } finally {
      stop();
    }
  }

  /**
   * Whoever is new here and old elsewhere would bring lines from before those that are shown.
   *
   * @param {Ref[]} members
   */
  #welcome(members) {
    const joined = members.filter((ref) => !this.#covered.has(keyOf(ref)));
    if (this.#hasBegun && !joined.every(isFresh)) this.#forget();
    else if (joined.length === members.length) this.#cursor = undefined;
  }

  /** @param {Ref[]} members @param {AbortSignal} over */
  async #begin(members, over) {
    const tail = tailFor(members.length);
    /** @type {LogLine[]} */
    const lines = [];
    /** @param {Ref} ref @param {unknown} error */
    const onBroken = (ref, error) => {
      if (!isLoss(error)) return;
      this.#missed.add(keyOf(ref));
      void this.#comeBackTo(ref, over);
    };
    for await (const line of getLogs(asked(members), { tail, signal: over, onBroken })) lines.push(line);
    if (over.aborted) return;
    this.#cursor = lines.at(-1)?.cursor;
    this.#covered = new Set(members.map(keyOf).filter((key) => !this.#missed.has(key)));
    this.#hasBegun = true;
    this.#sink.begin(sinceAllAreThere(lines.map(keeper(members)), tail).lines);
  }

  /** @param {Ref[]} members @param {AbortSignal} over */
  async #follow(members, over) {
    const covered = new Set(members.map(keyOf));
    const kept = keeper(members);
    const isJoined = members.some((ref) => !this.#covered.has(keyOf(ref)));
    const from =
      this.#cursor === undefined
        ? { tail: TAIL_LINES_MOST }
        : { since: this.#cursor, ...(isJoined ? { tail: /** @type {const} */ ("all") } : {}) };
    const options = {
      follow: true,
      ...from,
      signal: over,
      /** @param {"open" | "lost"} state */
      onState: (state) => this.#say(state === "open" ? "following" : "lost"),
      /** @param {Ref} ref @param {unknown} error */
      onBroken: (ref, error) => {
        if (isLoss(error)) void this.#comeBackTo(ref, over);
        else this.#refused.value = new Set([...this.#refused.peek(), keyOf(ref)]);
      },
    };
    for await (const line of getLogs(asked(members), options)) {
      this.#covered = covered;
      this.#cursor = line.cursor;
      this.#sink.take(kept(line));
    }
  }

  /**
   * The others go on meanwhile; then all begin again where they are.
   *
   * @param {Ref} ref
   * @param {AbortSignal} over
   */
  async #comeBackTo({ engine }, over) {
    this.broken.value += 1;
    await pause(2 * RETRY_FIRST_MS, over);
    await until(() => engines.value.some((one) => one.engine === engine && one.state === "up"), over);
    if (!over.aborted) this.#turn.abort();
  }

  /** @returns {TailPhase} */
  #ended() {
    const members = this.#members.peek();
    if (members.length === 0) return "gone";
    return members.some(isRunning) ? "lost" : "ended";
  }

  /** @param {unknown} error */
  #mayPass(error) {
    if (isLoss(error)) this.#say("lost");
    else if (isTooOften(error) || (isGoing(error) && this.#refs.peek().length > 1)) this.#refuse(error);
    else return false;
    return true;
  }
}

/** @param {AbortSignal} over @returns {AbortSignal} also when the news is too long in coming */
function lateOr(over) {
  return AbortSignal.any([over, AbortSignal.timeout(NEWS_MS)]);
}

/** @param {Ref} ref */
function isFresh(ref) {
  const created = containerOf(ref)?.created;
  return created != null && present() - created < FRESH_SECONDS;
}
