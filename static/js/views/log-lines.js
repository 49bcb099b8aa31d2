/**
 * The lines of a log, as many as are in sight. At the end they follow what comes; elsewhere the
 * line in sight stays where it is, whatever comes before or behind it. Counterparts:
 * `log-viewport.js`, which measures and scrolls; `state/log-reading.js`, which knows where the reader is.
 */

import { html } from "htm/preact";
import { useEffect, useLayoutEffect, useReducer, useState } from "preact/hooks";
import { t } from "../lib/i18n.js";
import { isWrapped, times, today } from "../state/log-options.js";
import { LogBeginning, LogNothing } from "./log-edges.js";
import { LogJump } from "./log-jump.js";
import { LogRow } from "./log-row.js";
import { LogViewport } from "./log-viewport.js";

/**
 * @typedef {import("../state/log-book.js").HeldLine} HeldLine
 * @typedef {object} LogParts what the parts of a log's view share
 * @property {import("../state/log-book.js").LogBook} book
 * @property {import("../state/log-search.js").LogSearch} search
 * @property {import("../state/log-reading.js").LogReading} reading
 * @property {(container: string) => {name: string, ink: string} | null} labelOf
 */

/** Closer to the first line than this, older ones are read. */
const NEAR_PX = 1500;

/** @param {LogParts} props */
export function LogLines(props) {
  const { book, search, reading } = props;
  const [viewport] = useState(() => new LogViewport());
  const [, redraw] = useReducer((/** @type {number} */ n) => n + 1, 0);
  void [book.version.value, search.version.value];
  const lines = search.shown.value;
  const isAway = reading.leftAt.value !== null;
  viewport.isWrapping = isWrapped.value;
  if (isAway) reading.anchor ??= viewport.anchorAt(lines);
  const anchor = isAway ? reading.anchor : null;
  const shown = viewport.windowOf(lines, anchor);
  const isStopped = search.isHiding && book.isFull;

  useLayoutEffect(() => {
    viewport.settle(lines, shown, anchor?.offset ?? null);
    if (viewport.top < NEAR_PX && viewport.height > 0 && !isStopped) void book.loadOlder();
  });
  useLayoutEffect(() => {
    viewport.rows.current?.querySelector(".is-current mark")?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, [reading.current.value]);
  useLayoutEffect(() => {
    viewport.layAnew();
    redraw(0);
  }, [isWrapped.value, reading.opened.value, times.value, today.value]);
  useEffect(() => viewport.watchSize(() => redraw(0)), []);
  useEffect(() => onSelection(viewport.box, () => reading.leftAt.peek() === null && reading.stayAt(null)), []);

  const onScroll = () => {
    const where = viewport.whereTo();
    if (where === "same") return;
    const isEnd = where === "end" && shown.end === lines.length && !reading.isPaused.peek() && !book.isCut.peek();
    if (isEnd) reading.toEnd();
    else reading.stayAt(viewport.anchorAt(lines));
    redraw(0);
  };
  /** At once: a scroll that the browser draws out would go on after the next key. @param {KeyboardEvent} event */
  const onKey = (event) => {
    if (!viewport.scrollBy(event)) return;
    event.preventDefault();
    onScroll();
  };
  /** At once: a smooth scroll begins with less than a pixel, and the next line would undo it. */
  const leave = () => {
    if (reading.leftAt.peek() === null && viewport.canScroll) reading.stayAt(viewport.anchorAt(lines));
  };
  /** Whoever stays at the end of a full page has no room for older lines. */
  const further = () => {
    if (book.isFull) reading.stayAt(viewport.anchorAt(lines));
    void book.loadOlderAgain();
  };

  return html`<div class="log-body">
    <div
      class="log-scroll ${isWrapped.value ? "is-wrapped" : ""}"
      ref=${viewport.box}
      onScroll=${onScroll}
      onWheel=${(/** @type {WheelEvent} */ event) => event.deltaY < 0 && leave()}
      onKeyDown=${onKey}
      tabindex="0"
      role="log"
      aria-live="off"
      aria-label=${t("logs.lines")}
      data-log-lines
    >
      <${LogBeginning} book=${book} isStopped=${isStopped} onFurther=${further} />
      <div style=${{ height: `${shown.above}px` }}></div>
      <div class="log-lines" ref=${viewport.rows}>
        ${lines.slice(shown.first, shown.end).map((line) => rowOf(line, props))}
      </div>
      <div style=${{ height: `${shown.below}px` }}></div>
      ${lines.length === 0 && html`<${LogNothing} book=${book} search=${search} />`}
    </div>
    <${LogJump} search=${search} reading=${reading} />
  </div>`;
}

/** @param {HeldLine} line @param {LogParts} props */
function rowOf(line, { search, reading, labelOf }) {
  return html`<${LogRow}
    key=${line.seq}
    line=${line}
    ranges=${search.rangesOf(line)}
    isCurrent=${reading.current.value === line.seq}
    isOpened=${reading.opened.value.has(line.seq)}
    zone=${times.value}
    today=${today.value}
    label=${labelOf(line.container)}
    onToggle=${reading.toggleOpened}
  />`;
}

/**
 * Text that somebody marks must not move away.
 *
 * @param {{current: HTMLElement | null}} box
 * @param {() => void} run
 */
function onSelection(box, run) {
  const look = () => {
    const selection = document.getSelection();
    if (selection && !selection.isCollapsed && box.current?.contains(selection.anchorNode)) run();
  };
  document.addEventListener("selectionchange", look);
  return () => document.removeEventListener("selectionchange", look);
}
