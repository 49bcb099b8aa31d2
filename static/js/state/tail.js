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
/** Before one of several is looked for again; each time in vain it is twice as long. */
const COME_BACK_MS = 2000;
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
  /** Who is not followed: only when all begin anew will its lines have their places. */
  #missed = new Set();
  #comeBackMs = COME_BACK_MS;

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
  }

  async #run() {
    const { signal: closed } = this.#closed;
    let retryMs = RETRY_FIRST_MS;
    while (!closed.aborted) {
      this.#turn = new AbortController();
      const { signal: over } = this.#turn;
      const before = this.#cursor;
      await this.#turnThrough(over);
      const isCut = over.aborted;
      // Whoever still waits for something in it must not end the next.
      this.#turn.abort();
      retryMs = isCut || this.#cursor !== before ? RETRY_FIRST_MS : Math.min(retryMs * 2, RETRY_MAX_MS);
      // What restarts in a circle must not be asked for as fast as it does.
      await pause(isCut ? 100 : retryMs, closed);
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
    this.#refused.value = new Set();
    try {
      this.#missed = new Set();
      if (this.#mustBegin(members)) await this.#begin(members, over);
      this.broken.value = this.#missed.size;
      if (this.#missed.size === 0) this.#comeBackMs = COME_BACK_MS;
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
  #mustBegin(members) {
    const joined = members.filter((ref) => !this.#covered.has(keyOf(ref)));
    const isLate = !joined.every(isFresh);
    if (joined.length === members.length) {
      if (isLate) this.#forget();
      else this.#cursor = undefined;
    }
    return !this.#hasBegun || isLate;
  }

  /** @param {Ref[]} members @param {AbortSignal} over */
  async #begin(members, over) {
    const tail = tailFor(members.length);
    /** @type {LogLine[]} */
    const lines = [];
    /** @type {Map<string, unknown>} */
    const lost = new Map();
    /** @param {Ref} ref @param {unknown} error */
    const onBroken = (ref, error) => {
      if (!isLoss(error)) return;
      lost.set(keyOf(ref), error);
      void this.#comeBackTo(ref, over);
    };
    for await (const line of getLogs(asked(members), { tail, signal: over, onBroken })) lines.push(line);
    if (over.aborted) return;
    if (lost.size === members.length) throw [...lost.values()][0];
    if (this.#hasBegun && !this.#isWorthIt(members, lost)) {
      this.#missed = new Set(members.filter((ref) => !this.#covered.has(keyOf(ref)) && !isFresh(ref)).map(keyOf));
      return;
    }
    this.#missed = new Set(lost.keys());
    this.#cursor = lines.at(-1)?.cursor;
    this.#covered = new Set(members.map(keyOf).filter((key) => !lost.has(key)));
    this.#hasBegun = true;
    this.#sink.begin(sinceAllAreThere(lines.map(keeper(members)), tail).lines);
  }

  /**
   * A reader loses the place when all begin anew: for those who were read now and were not before, and
   * not where it would cost another's lines.
   *
   * @param {Ref[]} members
   * @param {ReadonlyMap<string, unknown>} lost
   */
  #isWorthIt(members, lost) {
    const keys = members.map(keyOf);
    return keys.some((key) => !lost.has(key) && !this.#covered.has(key)) && !keys.some((key) => lost.has(key) && this.#covered.has(key));
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
        if (isLoss(error)) {
          this.broken.value += 1;
          void this.#comeBackTo(ref, over);
        } else this.#refused.value = new Set([...this.#refused.peek(), keyOf(ref)]);
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
    await pause(this.#comeBackMs, over);
    await until(() => engines.value.some((one) => one.engine === engine && one.state === "up"), over);
    if (over.aborted) return;
    this.#comeBackMs = Math.min(2 * this.#comeBackMs, RETRY_MAX_MS);
    this.#turn.abort();
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
