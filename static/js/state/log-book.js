/**
 * The lines of a log that the page holds: what comes at the end, and older ones when they are
 * asked for. Bounded: far from the reader, lines are let go, and read again when they are wanted.
 * Counterparts: `tail.js`, which follows; `views/log-lines.js`, which draws.
 */

import { signal } from "@preact/signals";
import { LineBuffer } from "../lib/line-buffer.js";
import { notKnown, sinceAllAreThere } from "../lib/log-overlap.js";
import { getLogs } from "./live.js";
import { asked, kept, tailFor } from "./log-refs.js";
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
 * @typedef {"more" | "loading" | "start" | "failed"} Older what is before the first line
 */

export const BOUNDS = { lines: 20_000, chars: 16_000_000 };
const OLDER_LINES = 1000;
const OLDER_LINES_MOST = 100_000;
/** A log is not sorted to the last bit: stdout and stderr are stamped by two. */
const DISORDER_SECONDS = 0.01;
/** A hidden page draws nothing, and its frames do not come. */
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
  #buffer = new LineBuffer(BOUNDS);
  /** Which line the reader is at; null: at the end. @type {number | null} */
  #readerAt = null;
  /** @type {Line[]} */
  #waiting = [];
  #frame = 0;
  #timer = 0;
  #closed = new AbortController();

  /** @param {Ref[]} refs */
  constructor(refs) {
    this.tail = new Tail(refs, {
      begin: (lines, isWhole) => this.#begin(lines, isWhole),
      take: (line) => this.#take(line),
    });
  }

  get lines() {
    return this.#buffer.lines;
  }

  get isFull() {
    return this.#buffer.isFull;
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
    this.#closed.abort();
    this.tail.close();
    cancelAnimationFrame(this.#frame);
    clearTimeout(this.#timer);
  }

  /** @param {Line[]} lines @param {boolean} isWhole */
  #begin(lines, isWhole) {
    this.#waiting = [];
    this.#buffer.clear();
    this.#buffer.append(lines);
    this.older.value = isWhole ? "start" : "more";
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
    if (this.#frame || this.#timer) return;
    const flush = () => this.#flush();
    if (document.hidden) this.#timer = setTimeout(flush, HIDDEN_MS);
    else this.#frame = requestAnimationFrame(flush);
  }

  #flush() {
    this.#frame = this.#timer = 0;
    if (this.#buffer.isFull && this.#isReaderInTheOlderHalf()) {
      this.isCut.value = true;
    } else {
      this.#buffer.append(this.#waiting);
      if (this.#buffer.trimOldest() > 0 && this.older.peek() === "start") this.older.value = "more";
    }
    this.#waiting = [];
    this.version.value += 1;
  }

  #isReaderInTheOlderHalf() {
    const { lines } = this.#buffer;
    return this.#readerAt !== null && this.#readerAt - (lines[0]?.seq ?? 0) < lines.length / 2;
  }

  /** Reads what is before the first line. */
  async loadOlder() {
    const state = this.older.peek();
    if ((state !== "more" && state !== "failed") || this.#isFullForOlder()) return;
    this.older.value = "loading";
    const generation = this.generation.peek();
    const found = await this.#readOlder().catch(() => null);
    if (this.#closed.signal.aborted || generation !== this.generation.peek()) return;
    if (found) this.#prepend(found.lines);
    this.older.value = !found ? "failed" : found.isWhole ? "start" : "more";
  }

  /** Who follows would have the new lines taken away for the old ones. */
  #isFullForOlder() {
    return this.#buffer.isFull && this.#readerAt === null;
  }

  /**
   * Where there is only what is known already, many lines have one time: then further back.
   *
   * @returns {Promise<{lines: Line[], isWhole: boolean}>}
   */
  async #readOlder() {
    const members = this.tail.members;
    const first = this.lines[0];
    if (!first || members.length === 0) return { lines: [], isWhole: !first };
    const until = first.timestamp + DISORDER_SECONDS;
    const most = Math.max(OLDER_LINES, tailFor(members.length));
    for (let tail = members.length > 1 ? tailFor(members.length) * 2 : most; ; tail *= 4) {
      const asking = Math.min(tail, OLDER_LINES_MOST);
      const read = sinceAllAreThere(await this.#readUntil(members, until, asking), asking);
      // Rounded on its way, the limit lets in lines that are a little later.
      const known = this.lines.filter(({ timestamp }) => timestamp <= until + DISORDER_SECONDS);
      const lines = notKnown(read.lines, known);
      if (lines.length > 0 || read.isWhole || tail >= OLDER_LINES_MOST) return { lines, isWhole: read.isWhole };
    }
  }

  /** @param {Ref[]} members @param {number} until @param {number} tail */
  async #readUntil(members, until, tail) {
    const { signal: over } = this.#closed;
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
    this.#buffer.prepend(lines);
    if (this.#buffer.trimNewest() > 0) this.isCut.value = true;
    this.version.value += 1;
  }
}
