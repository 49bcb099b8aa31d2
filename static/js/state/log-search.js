/**
 * What a reader looks for in a log that is shown, kept up with its lines.
 *
 * The looking is done by a worker, a few hundred lines at a time: an expression that runs into
 * the sand (`(a+)+$`) holds up that worker and not the page. After a second without an answer the
 * worker is ended, and the search says so. Counterparts: `workers/log-search.js`, `lib/log-search.js`.
 */

import { computed, effect, signal } from "@preact/signals";
import { compiled } from "../lib/log-search.js";

/**
 * @typedef {import("./log-book.js").HeldLine} HeldLine
 * @typedef {import("../lib/log-search.js").Verdict} Verdict
 * @typedef {"off" | "on" | "slow" | "failed"} SearchStatus failed: there is nobody to look
 */

const PATIENCE_MS = 1000;
const PIECE_LINES = 500;
const PIECE_CHARS = 250_000;

const ADDRESS = new URL("../workers/log-search.js", import.meta.url).href;

/** @typedef {{createPolicy: (name: string, rules: object) => {createScriptURL: (url: string) => string}}} TrustedTypes */

/** The one address that the content policy lets a worker be made of. */
const trusted = /** @type {{trustedTypes?: TrustedTypes}} */ (globalThis).trustedTypes?.createPolicy("dockmon", {
  createScriptURL: () => ADDRESS,
});

export class LogSearch {
  pattern = signal("");
  withCase = signal(false);
  /** Whether only lines that match are shown. */
  isFilter = signal(false);
  /** @type {import("@preact/signals").Signal<import("../lib/log-level.js").Level | null>} at least this serious */
  level = signal(null);
  /** @type {import("@preact/signals").Signal<SearchStatus>} */
  status = signal("off");
  /** Changes with what is known of the lines. */
  version = signal(0);
  /** Whether every line there was has been looked at: before, no match means nothing. */
  isJudged = signal(false);
  isLiteral = computed(() => compiled(this.pattern.value, this.withCase.value)?.isLiteral ?? false);
  /** The lines that are not hidden. */
  shown = computed(() => this.#shown());
  /** Those of them in which it was found. */
  matches = computed(() => this.#matches());

  #book;
  /** @type {Worker | null} */
  #worker = null;
  #isReady = false;
  /** The search that the worker is busy with; 0: with none. */
  #asked = 0;
  #timer = 0;
  /** The number of the present search: answers to an earlier one come too late. */
  #ticket = 0;
  /** What has been looked through: from this line up to before that one. @type {[number, number] | null} */
  #done = null;
  #stop;

  /** @param {import("./log-book.js").LogBook} book */
  constructor(book) {
    this.#book = book;
    const stopAsking = effect(() => {
      const isOn = this.pattern.value !== "" || this.level.value !== null;
      void [this.withCase.value, book.generation.value];
      this.#restart(isOn);
    });
    const stopLooking = effect(() => {
      void book.version.value;
      this.#next();
    });
    this.#stop = () => [stopAsking, stopLooking].forEach((stop) => stop());
  }

  close() {
    this.#stop();
    this.#end();
  }

  /** Whether some of the lines are hidden. */
  get isHiding() {
    return this.status.value === "on" && (this.level.value !== null || (this.isFilter.value && this.pattern.value !== ""));
  }

  /** @returns {HeldLine[]} */
  #shown() {
    void [this.#book.version.value, this.version.value];
    const { lines } = this.#book;
    if (!this.isHiding) return lines;
    const needsMatch = this.isFilter.value && this.pattern.value !== "";
    return lines.filter((line) => line.ticket === this.#ticket && line.isWanted && (!needsMatch || line.ranges));
  }

  /** @returns {HeldLine[]} */
  #matches() {
    // The lines that are held change, and are the same array.
    void [this.#book.version.value, this.version.value];
    return this.shown.value.filter((line) => this.rangesOf(line));
  }

  /** @param {HeldLine} line */
  rangesOf(line) {
    return this.status.value === "on" && line.ticket === this.#ticket ? (line.ranges ?? null) : null;
  }

  /** @param {boolean} isOn */
  #restart(isOn) {
    this.#ticket += 1;
    this.#done = null;
    this.isJudged.value = false;
    this.status.value = isOn ? "on" : "off";
    this.version.value = this.version.peek() + 1;
    if (!isOn) this.#end();
    this.#next();
  }

  #next() {
    if (this.status.peek() !== "on" || this.#asked) return;
    const worker = (this.#worker ??= this.#hire());
    if (!this.#isReady) return;
    const lines = this.#piece();
    if (lines.length === 0) {
      this.isJudged.value = true;
      return;
    }
    this.#asked = this.#ticket;
    this.#timer = setTimeout(() => this.#giveUp(), PATIENCE_MS);
    const query = { pattern: this.pattern.peek(), withCase: this.withCase.peek(), level: this.level.peek() };
    worker.postMessage({ ticket: this.#ticket, query, lines: lines.map(({ seq, text }) => [seq, text]) });
  }

  /**
   * New lines first, then from the end backwards: the reader is mostly at the end.
   *
   * @returns {HeldLine[]}
   */
  #piece() {
    const { lines } = this.#book;
    if (lines.length === 0) return [];
    const first = lines[0].seq;
    const end = first + lines.length;
    this.#done ??= [end, end];
    const [from, to] = this.#done;
    const isNew = to < end;
    /** @type {HeldLine[]} */
    const piece = [];
    let chars = 0;
    for (let seq = isNew ? Math.max(to, first) : from - 1; ; seq += isNew ? 1 : -1) {
      const line = seq >= first && seq < end ? this.#book.bySeq(seq) : undefined;
      if (!line || piece.length >= PIECE_LINES || (chars += line.text.length) > PIECE_CHARS + line.text.length) break;
      piece.push(line);
    }
    const last = piece.at(-1)?.seq;
    if (last !== undefined) this.#done = isNew ? [from, last + 1] : [last, to];
    return piece;
  }

  #hire() {
    const url = /** @type {string} */ (trusted?.createScriptURL(ADDRESS) ?? ADDRESS);
    const worker = new Worker(url, { type: "module" });
    worker.addEventListener("message", ({ data }) => this.#hear(data));
    worker.addEventListener("error", () => this.#stopWith("failed"));
    return worker;
  }

  /** @param {"ready" | {ticket: number, verdicts: Verdict[]}} told */
  #hear(told) {
    if (told === "ready") this.#isReady = true;
    else {
      clearTimeout(this.#timer);
      this.#asked = 0;
      if (told.ticket === this.#ticket) this.#note(told.verdicts);
    }
    this.#next();
  }

  /** @param {Verdict[]} verdicts */
  #note(verdicts) {
    for (const { seq, isWanted, ranges } of verdicts) {
      const line = this.#book.bySeq(seq);
      if (line) Object.assign(line, { ticket: this.#ticket, isWanted, ranges });
    }
    this.version.value += 1;
  }

  #giveUp() {
    if (this.#asked === this.#ticket) return this.#stopWith("slow");
    // It was an earlier search that took too long; the present one has not been asked for yet.
    this.#end();
    this.#next();
  }

  /** @param {"slow" | "failed"} status */
  #stopWith(status) {
    this.#end();
    this.status.value = status;
    this.version.value += 1;
  }

  #end() {
    clearTimeout(this.#timer);
    this.#worker?.terminate();
    this.#worker = null;
    this.#isReady = false;
    this.#asked = 0;
  }
}
