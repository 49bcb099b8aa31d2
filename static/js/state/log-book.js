/**
 * The lines of a log that the page holds: what comes at the end, and older ones when they are
 * asked for. Bounded: far from the reader, lines are let go, and read again when they are wanted.
 * Counterparts: `tail.js`, which follows; `views/log-lines.js`, which draws.
 */

import { effect, signal } from "@preact/signals";
import { LineBuffer } from "../lib/line-buffer.js";
import { notKnown, sinceAllAreThere } from "../lib/log-overlap.js";
import { getLogs } from "./live.js";
import { asked, keeper, keyOf, tailFor } from "./log-refs.js";
import { Tail } from "./tail.js";

/**
 * @typedef {import("./live.js").Ref} Ref
 * @typedef {import("./log-refs.js").Line} Line
 * @typedef {object} Extras what others note on a line while it is held
 * @property {number} seq
 * @property {number} [height] in pixels, as last drawn
 * @property {number} [laid] under which layout it had that height
 * @property {number} [ticket] the search that has judged it
 * @property {boolean} [isWanted]
 * @property {number[] | null} [ranges]
 * @typedef {Line & Extras} HeldLine
 * @typedef {"more" | "loading" | "start" | "failed" | "gone"} Older what is before the first line; gone: with its container
 */

export const BOUNDS = { lines: 20_000, chars: 16_000_000 };
const OLDER_LINES = 1000;
const OLDER_LINES_MOST = 100_000;
/** A log is not sorted to the last bit: stdout and stderr are stamped by two. */
const DISORDER_SECONDS = 0.01;
/** A hidden page draws nothing, and its frames do not come, not even one that is waited for. */
const HIDDEN_MS = 1000;

export class LogBook {
  /** Changes with the lines. */
  version = signal(0);
  /** How many lines ever came: what "new lines" counts with. */
  arrived = signal(0);
  /** @type {import("@preact/signals").Signal<Older>} */
  older = signal("more");
  /** Whether newer lines than the last one were let go. */
  isCut = signal(false);
  /** Changes when everything begins anew. */
  generation = signal(0);
  tail;

  /** @type {LineBuffer<HeldLine>} */
  #buffer;
  /** Which line the reader is at; null: at the end. @type {number | null} */
  #readerAt = null;
  /** @type {Line[]} */
  #waiting = [];
  #frame = 0;
  #timer = 0;
  #stop;
  /** Ends the reading of older lines: those of another generation fit nowhere. */
  #reading = new AbortController();
  /** Unix seconds: the latest of the lines let go before the first and not read again. */
  #letGo = -Infinity;

  /** @param {Ref[]} refs @param {typeof BOUNDS} [bounds] */
  constructor(refs, bounds = BOUNDS) {
    this.#buffer = new LineBuffer(bounds);
    this.tail = new Tail(refs, {
      begin: (lines) => this.#begin(lines),
      take: (line) => this.#take(line),
    });
    // What could not be read while the engine was away can be when it is back.
    this.#stop = effect(() => {
      const phase = this.tail.phase.value;
      if (phase === "gone" && this.older.peek() !== "start") this.older.value = "gone";
      if (phase === "following" && ["failed", "gone"].includes(this.older.peek())) this.older.value = "more";
    });
  }

  get lines() {
    return this.#buffer.lines;
  }

  get isFull() {
    return this.#buffer.isFull;
  }

  /** Whether lines before the first one were held, and let go. */
  get hasLetGo() {
    return this.#letGo > -Infinity;
  }

  /** @param {number} seq */
  bySeq(seq) {
    return this.#buffer.bySeq(seq);
  }

  /** @param {number | null} seq what must not be let go; null: the end */
  keepNear(seq) {
    this.#readerAt = seq;
  }

  /** Makes the end of the logs the end of the lines again. */
  toEnd() {
    this.#readerAt = null;
    if (this.isCut.peek()) this.tail.reload();
  }

  close() {
    this.#reading.abort();
    this.#stop();
    this.tail.close();
    this.#endWaiting();
  }

  /** @param {Line[]} lines */
  #begin(lines) {
    this.#reading.abort();
    this.#reading = new AbortController();
    this.#waiting = [];
    this.#letGo = -Infinity;
    this.#buffer.clear();
    this.#buffer.append(lines);
    this.older.value = "more";
    this.isCut.value = false;
    this.generation.value += 1;
    this.version.value += 1;
  }

  /**
   * Lines come in bursts; the page is drawn at most once a frame.
   *
   * @param {Line} line
   */
  #take(line) {
    this.arrived.value += 1;
    if (this.isCut.peek()) return;
    this.#waiting.push(line);
    if (this.#timer) return;
    const flush = () => this.#flush();
    this.#timer = setTimeout(flush, HIDDEN_MS);
    this.#frame = requestAnimationFrame(flush);
  }

  #endWaiting() {
    cancelAnimationFrame(this.#frame);
    clearTimeout(this.#timer);
    this.#timer = 0;
  }

  #flush() {
    this.#endWaiting();
    // Once newer lines were let go, what comes does not follow on the last one.
    if (this.isCut.peek() || (this.#buffer.isFull && this.#isReaderInTheOlderHalf())) {
      this.isCut.value = true;
    } else {
      this.#buffer.append(this.#waiting);
      if (this.#trimOldest() && ["start", "gone"].includes(this.older.peek())) this.older.value = "more";
    }
    this.#waiting = [];
    this.version.value += 1;
  }

  #isReaderInTheOlderHalf() {
    const { lines } = this.#buffer;
    return this.#readerAt !== null && this.#readerAt - (lines[0]?.seq ?? 0) < lines.length / 2;
  }

  #trimOldest() {
    const gone = this.#buffer.trimOldest();
    // Merged logs are not wholly in the order of time: the last one is not always the latest.
    for (const { timestamp } of gone) this.#letGo = Math.max(this.#letGo, timestamp);
    return gone.length > 0;
  }

  /** Reads what is before the first line; once that has failed, only `loadOlderAgain` does. */
  async loadOlder() {
    if (this.older.peek() !== "more" || this.#isFullForOlder()) return;
    const { members } = this.tail;
    if (members.length === 0) return this.#missOlder();
    this.older.value = "loading";
    const { signal: over } = this.#reading;
    const first = this.lines[0];
    const found = await this.#readOlder(members, over).catch(() => null);
    if (over.aborted) return;
    // Let go meanwhile, the first lines would be missing behind those that were read.
    const doesFit = first === this.lines[0] && !this.#isFullForOlder();
    if (found && doesFit) this.#prepend(found.lines);
    if (!found) this.older.value = "failed";
    else this.older.value = doesFit && found.isWhole ? this.#beginning(members) : "more";
  }

  /** Nothing is further back, of what can be read. @param {Ref[]} members */
  #beginning(members) {
    const keys = new Set(members.map(keyOf));
    return this.lines.every(({ container }) => keys.has(container)) ? "start" : "gone";
  }

  /** There is nobody to ask: for now, or for good. */
  #missOlder() {
    const phase = this.tail.phase.peek();
    if (phase === "gone" || phase === "lost") this.older.value = phase === "gone" ? "gone" : "failed";
  }

  loadOlderAgain() {
    if (this.older.peek() === "failed") this.older.value = "more";
    return this.loadOlder();
  }

  /** Who follows would have the new lines taken away for the old ones. */
  #isFullForOlder() {
    return this.#buffer.isFull && this.#readerAt === null;
  }

  /**
   * Where there is only what is known already, many lines have one time: then further back.
   * Fewer lines than were asked for do not make the beginning: long ones count more than once.
   *
   * @param {Ref[]} members
   * @param {AbortSignal} over
   * @returns {Promise<{lines: Line[], isWhole: boolean}>}
   */
  async #readOlder(members, over) {
    const first = this.lines[0];
    if (!first) return { lines: [], isWhole: true };
    const until = Math.max(first.timestamp, this.#letGo) + DISORDER_SECONDS;
    const most = Math.max(OLDER_LINES, tailFor(members.length));
    for (let tail = members.length > 1 ? tailFor(members.length) * 2 : most; ; tail *= 4) {
      const asking = Math.min(tail, OLDER_LINES_MOST);
      const read = sinceAllAreThere(await this.#readUntil(members, until, asking, over), asking);
      // Rounded on its way, the limit lets in lines that are a little later.
      const known = this.lines.filter(({ timestamp }) => timestamp <= until + DISORDER_SECONDS);
      const lines = notKnown(read.lines, known);
      if (lines.length > 0) return { lines, isWhole: false };
      if (read.isWhole || tail >= OLDER_LINES_MOST) return { lines, isWhole: read.isWhole };
    }
  }

  /** @param {Ref[]} members @param {number} until @param {number} tail @param {AbortSignal} over */
  async #readUntil(members, until, tail, over) {
    const kept = keeper(members);
    /** @type {Line[]} */
    const lines = [];
    const onBroken = () => {
      throw new Error("one of the logs broke off");
    };
    const options = { until: until.toFixed(6), tail, signal: over, onBroken };
    for await (const line of getLogs(asked(members), options)) lines.push(kept(line));
    return lines;
  }

  /** @param {Line[]} lines */
  #prepend(lines) {
    if (lines.length === 0) return;
    this.#letGo = -Infinity;
    this.#buffer.prepend(lines);
    // Who follows keeps the end, and as much of the page as there is room for.
    if (this.#readerAt === null) this.#trimOldest();
    else if (this.#buffer.trimNewest().length > 0) this.isCut.value = true;
    this.version.value += 1;
  }
}
