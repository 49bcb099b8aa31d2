/**
 * The box that log lines are scrolled in: how high lines are, which are in sight, and keeping it
 * where the reader is. Counterparts: `log-lines.js`, which draws; `lib/log-window.js`, which counts.
 */

import { heightBefore, indexOf, lineAt, rangeAround } from "../lib/log-window.js";
import { CLAMP_CHARS } from "./log-row.js";

/**
 * @typedef {import("../state/log-book.js").HeldLine} HeldLine
 * @typedef {import("../state/log-reading.js").LogReading} LogReading
 * @typedef {{at: number, first: number, end: number, above: number, below: number}} Window
 *   at: the line in sight, or behind the last one; first, end: what is drawn; above, below: pixels that are not
 */

/** As `logs.css` has it. */
const LINE_PX = 18;
const HEAD_PX = 32;
const COLUMN_PX = 7.2;
/** Drawn beyond the edges, so that a turn of the wheel shows no gap. */
const OVERSCAN_PX = 500;
/** Closer than this counts as the end: fractions of a pixel, and a nudge of the wheel. */
const END_PX = 24;
/** Of what is in sight, so much goes by at a time. */
const PAGE_SHARE = 0.875;

export class LogViewport {
  /** @type {{current: HTMLElement | null}} */
  box = { current: null };
  /** @type {{current: HTMLElement | null}} what holds the rows */
  rows = { current: null };
  isWrapping = false;
  /** Where we scrolled to: an event that says the same is our own. */
  top = 0;
  height = 0;

  #columns = 80;
  #widest = 0;
  /** Heights that were measured under another layout do not count. */
  #layout = 1;

  /** @param {HeldLine} line */
  heightOf = (line) => {
    if (line.laid === this.#layout && line.height !== undefined) return line.height;
    if (!this.isWrapping) return LINE_PX;
    return LINE_PX * Math.max(1, Math.ceil(Math.min(line.text.length, CLAMP_CHARS) / this.#columns));
  };

  /** What was measured is no longer true. */
  layAnew() {
    this.#layout += 1;
    this.#widest = 0;
  }

  /** @param {() => void} redraw @returns {() => void} ends it */
  watchSize(redraw) {
    const box = /** @type {HTMLElement} */ (this.box.current);
    const observer = new ResizeObserver(() => {
      const columns = Math.max(20, box.clientWidth / COLUMN_PX);
      if (columns !== this.#columns) this.#layout += 1;
      this.#columns = columns;
      this.height = box.clientHeight;
      redraw();
    });
    observer.observe(box);
    return () => observer.disconnect();
  }

  /**
   * The first line in sight, if the box were scrolled there.
   *
   * @param {HeldLine[]} lines
   * @param {number} [top]
   */
  anchorAt(lines, top = this.box.current?.scrollTop ?? 0) {
    const { at, offset } = lineAt(lines, top - HEAD_PX, this.heightOf);
    return lines[at] ? { seq: lines[at].seq, offset: top < HEAD_PX ? top - HEAD_PX : offset } : null;
  }

  /**
   * @param {HeldLine[]} lines
   * @param {import("../state/log-reading.js").Anchor | null} anchor null for the end
   * @returns {Window}
   */
  windowOf(lines, anchor) {
    const { heightOf, height } = this;
    const at = anchor ? Math.min(indexOf(lines, anchor.seq), Math.max(0, lines.length - 1)) : lines.length;
    const { first, end } = anchor
      ? rangeAround(lines, at, OVERSCAN_PX, height + Math.abs(anchor.offset) + OVERSCAN_PX, heightOf)
      : rangeAround(lines, at, height + OVERSCAN_PX, 0, heightOf);
    const above = heightBefore(lines, first, heightOf);
    const below = heightBefore(lines.slice(end), lines.length - end, heightOf);
    return { at, first, end, above, below };
  }

  /**
   * After drawing: learns heights, and scrolls to where the reader is.
   *
   * @param {HeldLine[]} lines
   * @param {Window} shown
   * @param {number | null} offset of the anchor, null for the end
   */
  settle(lines, { at, first, end }, offset) {
    const [box, rows] = [this.box.current, this.rows.current];
    if (!box || !rows) return;
    const drawn = lines.slice(first, end);
    this.#widen(rows, drawn);
    this.#measure(rows, drawn);
    const top = offset === null ? box.scrollHeight : HEAD_PX + heightBefore(lines, at, this.heightOf) + offset;
    if (Math.abs(box.scrollTop - top) > 1) box.scrollTop = top;
    this.top = box.scrollTop;
  }

  /**
   * @param {HTMLElement} rows
   * @param {HeldLine[]} drawn
   */
  #measure(rows, drawn) {
    drawn.forEach((line, at) => {
      if (line.laid === this.#layout) return;
      line.height = rows.children[at]?.getBoundingClientRect().height ?? LINE_PX;
      line.laid = this.#layout;
    });
  }

  /**
   * As wide as the longest line that was ever in sight, or the bar below would jump with each line.
   *
   * @param {HTMLElement} rows
   * @param {HeldLine[]} drawn
   */
  #widen(rows, drawn) {
    for (const { text } of drawn) this.#widest = Math.max(this.#widest, Math.min(text.length, CLAMP_CHARS));
    rows.style.minWidth = this.isWrapping ? "" : `max(100%, ${this.#widest}ch)`;
  }

  /** @param {KeyboardEvent} event @returns {boolean} whether it is one that scrolls up or down */
  scrollBy({ key, shiftKey, ctrlKey, metaKey, altKey, target }) {
    const box = this.box.current;
    if (!box || ctrlKey || metaKey || altKey) return false;
    // Elsewhere, the space bar presses a button.
    const name = key === " " && target === box ? (shiftKey ? "PageUp" : "PageDown") : shiftKey ? "" : key;
    const page = box.clientHeight * PAGE_SHARE;
    const steps = { ArrowUp: -2 * LINE_PX, ArrowDown: 2 * LINE_PX, PageUp: -page, PageDown: page, Home: -box.scrollHeight };
    const step = /** @type {Record<string, number>} */ (steps)[name];
    box.scrollTop += step ?? 0;
    return step !== undefined;
  }

  /** @returns {"same" | "end" | "elsewhere"} where somebody has scrolled to */
  whereTo() {
    const box = this.box.current;
    if (!box || Math.abs(box.scrollTop - this.top) < 1) return "same";
    const isDown = box.scrollTop > this.top;
    this.top = box.scrollTop;
    return box.scrollHeight - box.scrollTop - box.clientHeight < (isDown ? END_PX : 1) ? "end" : "elsewhere";
  }

  get canScroll() {
    const box = this.box.current;
    return box !== null && box.scrollHeight > box.clientHeight;
  }
}
