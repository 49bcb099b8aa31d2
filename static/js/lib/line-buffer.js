/**
 * The lines of a log that are held: a bounded piece of it, without gaps, growing at both ends.
 * Each line has a number that never changes while it is held. Counterpart: `state/log-book.js`.
 */

/** @typedef {{seq: number, text: string}} Held */

/** Cut off a little at a time, or every line that comes would move twenty thousand. */
const SLACK = 1.05;

/** @template {Held} T */
export class LineBuffer {
  /** @type {T[]} */
  lines = [];
  #maxLines;
  #maxChars;
  #chars = 0;

  /** @param {{lines: number, chars: number}} bounds */
  constructor({ lines, chars }) {
    this.#maxLines = lines;
    this.#maxChars = chars;
  }

  get isFull() {
    return this.lines.length >= this.#maxLines || this.#chars >= this.#maxChars;
  }

  /** @param {readonly Omit<T, "seq">[]} added */
  append(added) {
    let seq = (this.lines.at(-1)?.seq ?? -1) + 1;
    for (const line of added) {
      this.lines.push(/** @type {T} */ (Object.assign(line, { seq })));
      this.#chars += line.text.length;
      seq += 1;
    }
  }

  /** @param {readonly Omit<T, "seq">[]} added in their order */
  prepend(added) {
    const first = (this.lines[0]?.seq ?? 0) - added.length;
    const numbered = added.map((line, at) => /** @type {T} */ (Object.assign(line, { seq: first + at })));
    for (const { text } of added) this.#chars += text.length;
    this.lines = [...numbered, ...this.lines];
  }

  /** @returns {T[]} what was let go */
  trimOldest() {
    const count = this.#tooMany((at) => this.lines[at]);
    const gone = this.lines.splice(0, count);
    for (const { text } of gone) this.#chars -= text.length;
    return gone;
  }

  /** @returns {T[]} what was let go */
  trimNewest() {
    const count = this.#tooMany((at) => this.lines[this.lines.length - 1 - at]);
    const gone = this.lines.splice(this.lines.length - count);
    for (const { text } of gone) this.#chars -= text.length;
    return gone;
  }

  clear() {
    this.lines = [];
    this.#chars = 0;
  }

  /** @param {number} seq */
  bySeq(seq) {
    return this.lines[seq - (this.lines[0]?.seq ?? 0)];
  }

  /** @param {(at: number) => T} lineAt counted from the end that is cut */
  #tooMany(lineAt) {
    const { length } = this.lines;
    if (length <= this.#maxLines * SLACK && this.#chars <= this.#maxChars * SLACK) return 0;
    let count = Math.max(0, length - this.#maxLines);
    let chars = this.#chars;
    for (let at = 0; at < count; at += 1) chars -= lineAt(at).text.length;
    while (count < length - 1 && chars > this.#maxChars) {
      chars -= lineAt(count).text.length;
      count += 1;
    }
    return count;
  }
}
