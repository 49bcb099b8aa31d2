/**
 * Where somebody reads in a log: at the end, following, or at a line that stays where it is.
 * Counterparts: `log-book.js`, which has the lines; `views/log-lines.js`, which scrolls.
 */

import { effect, signal } from "@preact/signals";
import { indexOf } from "../lib/log-window.js";

/**
 * @typedef {{seq: number, offset: number}} Anchor the first line in sight, and how much of it is above the edge
 * @typedef {{arrived: number, next: number}} Left arrived: how many lines had come; next: the number of the one after
 */

/** A line that is gone to stands a little below the upper edge. */
const ABOVE_PX = 120;

export class LogReading {
  isPaused = signal(false);
  /** Where the end was when the reader left it; null at the end. */
  leftAt = signal(/** @type {Left | null} */ (null));
  /** Null where it is wherever the page is scrolled to. @type {Anchor | null} */
  anchor = null;
  /** The match that was gone to last. */
  current = signal(/** @type {number | null} */ (null));
  /** Lines shown with all their fields, or with all their text. */
  opened = signal(/** @type {ReadonlySet<number>} */ (new Set()));

  #book;
  #stop;

  /** @param {import("./log-book.js").LogBook} book */
  constructor(book) {
    this.#book = book;
    this.#stop = effect(() => {
      void book.generation.value;
      this.#startOver();
    });
  }

  close() {
    this.#stop();
  }

  /** The numbers of the lines mean others now. */
  #startOver() {
    this.anchor = null;
    this.opened.value = new Set();
    this.current.value = null;
    this.leftAt.value = this.isPaused.peek() ? this.#end() : null;
  }

  /** @param {Anchor | null} anchor */
  stayAt(anchor) {
    this.anchor = anchor;
    this.#book.keepNear(anchor?.seq ?? this.#book.lines.at(-1)?.seq ?? null);
    if (this.leftAt.peek() === null) this.leftAt.value = this.#end();
  }

  /** @returns {Left} */
  #end() {
    return { arrived: this.#book.arrived.peek(), next: (this.#book.lines.at(-1)?.seq ?? -1) + 1 };
  }

  /** How many lines came since the reader left the end. */
  get newOfAll() {
    return this.#book.arrived.value - (this.leftAt.value?.arrived ?? 0);
  }

  /**
   * The same where some are hidden: nobody can say it of those that were let go.
   *
   * @param {readonly import("./log-book.js").HeldLine[]} shown
   */
  newAmong(shown) {
    return this.#book.isCut.value ? 0 : shown.length - indexOf(shown, this.leftAt.value?.next ?? 0);
  }

  /** @param {number} seq */
  goTo(seq) {
    this.current.value = seq;
    this.stayAt({ seq, offset: -ABOVE_PX });
  }

  pause() {
    this.isPaused.value = true;
    this.stayAt(this.anchor);
  }

  toEnd() {
    this.isPaused.value = false;
    this.anchor = null;
    this.leftAt.value = null;
    this.#book.toEnd();
  }

  /** One function for as long as the log is shown: with a new one each row would be drawn anew. @param {number} seq */
  toggleOpened = (seq) => {
    const opened = new Set(this.opened.peek());
    if (!opened.delete(seq)) opened.add(seq);
    this.opened.value = opened;
  };
}
