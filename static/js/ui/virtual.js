/**
 * A long list of table rows, of which only those on the screen and a few around them are there. The
 * page itself scrolls; empty rows keep the room of the others. Rows say what they are by `data-key`.
 */

import { html } from "htm/preact";
import { useCallback, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { useSignalEffect } from "@preact/signals";
import { Heights, shownAt, slicesOf } from "../lib/virtual.js";
import { ROW_LINK, focusIn, keepFocus } from "./row-focus.js";

/** Drawn beyond both edges of the screen, in pixels. */
const MARGIN = 110;
/** A list is drawn anew when it was scrolled by so much. */
const STEP = 72;
/** Rows that are made for one frame: all of a screen would stop the page for longer than a letter takes to type. */
const AT_ONCE = 8;

/**
 * @template {{key: string, kind: string}} T
 * @param {{
 *   items: readonly T[],
 *   estimates: Record<string, number>,
 *   draw: (item: T, index: number) => unknown,
 *   called: Called,
 *   body?: Record<string, unknown>,
 * }} props `estimates`: heights by kind until they are known; `called`: a row to show and to focus,
 *   null once that is done; `body`: attributes of the element around all
 */
export function VirtualRows({ items, estimates, draw, called, body }) {
  const root = useRef(/** @type {HTMLElement | null} */ (null));
  const [span, follow] = useSpan(root);
  const places = usePlaces(root, items, estimates, follow);
  useCalled(root, called, { items, places, follow });
  const focus = focusIn(root.current);
  useLayoutEffect(() => keepFocus(focus));
  const shown = useFewAtOnce(shownAt(places, span, heldIn(root.current, items)), items, called.peek()?.key);
  return html`<tbody role="rowgroup" ref=${root} ...${body}>
    ${slicesOf(places, shown).map((slice) =>
      slice.room === undefined
        ? draw(items[slice.index], slice.index)
        : html`<tr key=${slice.key} class="room" role="presentation" aria-hidden="true" style=${{ height: `${slice.room}px` }}></tr>`,
    )}
  </tbody>`;
}

/**
 * @typedef {{current: HTMLElement | null}} Root
 * @typedef {import("@preact/signals").Signal<{key: string, from: Element | null} | null>} Called
 *   `from`: what had the focus
 * @typedef {{from: number, to: number}} Span in pixels below the top of the list
 */

/**
 * @param {Root} root
 * @returns {[Span, () => void]} what has to be there, and what looks anew
 */
function useSpan(root) {
  const [span, setSpan] = useState({ from: -MARGIN, to: innerHeight + MARGIN });
  const follow = useCallback(() => {
    setSpan((before) => {
      const next = root.current ? spanOf(root.current) : before;
      return next.from === before.from && next.to === before.to ? before : next;
    });
  }, []);
  useLayoutEffect(() => {
    addEventListener("scroll", follow, { passive: true });
    addEventListener("resize", follow, { passive: true });
    follow();
    return () => {
      removeEventListener("scroll", follow);
      removeEventListener("resize", follow);
    };
  }, []);
  return [span, follow];
}

/**
 * Where every row begins. Rows are measured whenever the list has become higher or lower than it was.
 *
 * @param {Root} root
 * @param {readonly {key: string, kind: string}[]} items
 * @param {Record<string, number>} estimates
 * @param {() => void} follow
 */
function usePlaces(root, items, estimates, follow) {
  const [measured, setMeasured] = useState(0);
  const heights = useMemo(() => new Heights(estimates), [estimates]);
  const latest = useRef({ heights, items });
  latest.current = { heights, items };
  useLayoutEffect(() => {
    if (!root.current) return;
    const measure = () => {
      const known = latest.current;
      if (root.current && known.heights.learn(sizesIn(root.current), known.items)) setMeasured((n) => n + 1);
      follow();
    };
    const observer = new ResizeObserver(() => requestAnimationFrame(measure));
    observer.observe(root.current);
    return () => observer.disconnect();
  }, []);
  return useMemo(() => heights.placesOf(items), [items, heights, measured]);
}

/**
 * Brings the row that is called onto the screen, and the focus into it, as soon as it is there.
 *
 * @param {Root} root
 * @param {Called} called
 * @param {List} list
 */
function useCalled(root, called, list) {
  const latest = useRef(list);
  latest.current = list;
  useSignalEffect(() => {
    if (!called.value) return;
    bring(latest.current, called.value.key, root.current);
    answer(root.current, called);
  });
  useLayoutEffect(() => {
    const call = called.peek();
    if (call && !list.items.some(({ key }) => key === call.key)) called.value = null;
    answer(root.current, called);
  });
}

/**
 * The rows that were there, and a few of those that were not; the others come in the next turns.
 *
 * @param {number[]} wanted
 * @param {readonly {key: string}[]} items
 * @param {string | undefined} first what is waited for
 */
function useFewAtOnce(wanted, items, first) {
  const before = useRef(/** @type {Set<string>} */ (new Set()));
  const [, goOn] = useState(0);
  let left = AT_ONCE;
  const shown = wanted.filter((at) => before.current.has(items[at].key) || items[at].key === first || left-- > 0);
  useLayoutEffect(() => {
    before.current = new Set(shown.map((at) => items[at].key));
    if (shown.length === wanted.length) return;
    // After these have been drawn: in a turn of their own only, they would be drawn with the others.
    return afterFrame(() => goOn((n) => n + 1));
  });
  return shown;
}

/**
 * @param {() => void} run
 * @returns {() => void} takes it back
 */
function afterFrame(run) {
  let timer = 0;
  const frame = requestAnimationFrame(() => (timer = setTimeout(run)));
  return () => {
    cancelAnimationFrame(frame);
    clearTimeout(timer);
  };
}

/** What of the list is on the screen, in steps. @param {HTMLElement} root */
function spanOf(root) {
  const top = -root.getBoundingClientRect().top;
  const from = Math.floor((top - MARGIN) / STEP) * STEP;
  return { from, to: Math.ceil((top + innerHeight + MARGIN) / STEP) * STEP };
}

/**
 * The heights of what is there; what follows a row without a key of its own belongs to it.
 *
 * @param {HTMLElement} root
 */
function sizesIn(root) {
  /** @type {Map<string, {own: number, all: number}>} */
  const sizes = new Map();
  let last = "";
  for (const row of /** @type {Iterable<HTMLElement>} */ (root.children)) {
    if (row.classList.contains("room")) continue;
    const { height } = row.getBoundingClientRect();
    if (row.dataset.key) sizes.set((last = row.dataset.key), { own: height, all: height });
    else sizes.set(last, { own: sizes.get(last)?.own ?? 0, all: (sizes.get(last)?.all ?? 0) + height });
  }
  return sizes;
}

/**
 * Rows that must not be thrown away under the reader: with the focus (an open menu has it), or with
 * something to say below them.
 *
 * @param {HTMLElement | null} root
 * @param {readonly {key: string}[]} items
 * @returns {number[]} their places now
 */
function heldIn(root, items) {
  if (!root) return [];
  // Not by `:focus-within`: an open menu is in the top layer, where that does not reach.
  const focused = root.contains(document.activeElement) ? document.activeElement?.closest("tr") : null;
  const rows = [...root.querySelectorAll(":scope > [data-held]"), ...(focused ? [focused] : [])];
  if (rows.length === 0) return [];
  const keys = new Set(rows.map(keyOf));
  return items.flatMap(({ key }, at) => (keys.has(key) ? [at] : []));
}

/** @param {Element | null} row @returns {string | undefined} */
function keyOf(row) {
  const own = /** @type {HTMLElement | null} */ (row)?.dataset.key;
  return own ?? (row ? keyOf(row.previousElementSibling) : undefined);
}

/**
 * Scrolls to where the row will be, if it is not there.
 *
 * @typedef {{items: readonly {key: string}[], places: Float64Array, follow: () => void}} List
 * @param {List} list
 * @param {string} key
 * @param {HTMLElement | null} root
 */
function bring({ items, places, follow }, key, root) {
  const at = items.findIndex((item) => item.key === key);
  if (at < 0 || !root || rowIn(root, key)) return;
  const top = scrollY + root.getBoundingClientRect().top + places[at];
  scrollTo({ top: top - innerHeight / 2, behavior: "instant" });
  follow();
}

/**
 * Answers a call once, and never takes the focus from where the reader has put it meanwhile.
 *
 * @param {HTMLElement | null} root
 * @param {Called} called
 */
function answer(root, called) {
  const call = called.peek();
  if (!root || !call) return;
  const isLate = document.activeElement !== call.from && document.activeElement !== document.body;
  const row = rowIn(root, call.key);
  if (row || isLate) called.value = null;
  if (!row || isLate) return;
  row.scrollIntoView({ block: "nearest" });
  /** @type {HTMLElement | null} */ (row.querySelector(ROW_LINK))?.focus({ preventScroll: true });
}

/** @param {HTMLElement} root @param {string} key @returns {HTMLElement | null} */
function rowIn(root, key) {
  return root.querySelector(`:scope > [data-key="${CSS.escape(key)}"]`);
}
