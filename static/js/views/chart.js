/** uPlot, as the four charts use it: one time axis, one cursor, the page's own colours. Counterpart: `charts.js`. */

import uPlot from "uplot";
import { effect, signal } from "@preact/signals";
import { labelledTimes, loneOf, valueWords } from "../lib/chart.js";
import { hourMinute } from "../lib/format.js";
import { theme } from "../state/theme.js";

/**
 * @typedef {import("../lib/chart.js").Chart} Chart
 * @typedef {import("../lib/chart.js").Drawn} Drawn
 * @typedef {{lines: string[], text: string, grid: string}} Ink
 */

/** In pixels. */
const PLOT_HEIGHT = 96;
const TIMES_HEIGHT = 24;
const SCALE_WIDTH = 68;

const dark = matchMedia("(prefers-color-scheme: dark)");
const isSystemDark = signal(dark.matches);
dark.addEventListener("change", () => (isSystemDark.value = dark.matches));

export class ChartGroup {
  /** Which sample the cursor stands at; null: none. @type {import("@preact/signals").Signal<number | null>} */
  cursor = signal(null);
  /** @type {Set<uPlot>} */
  #plots = new Set();

  /**
   * @param {Chart} chart
   * @param {HTMLElement} box whose colours it takes
   * @param {import("@preact/signals").ReadonlySignal<Drawn>} drawn
   * @param {boolean} hasTimes whether the time axis is written below it
   * @returns {() => void} takes it away
   */
  add(chart, box, drawn, hasTimes) {
    const ink = { current: inkOf(box) };
    const plot = new uPlot(this.#options(chart, drawn, box, ink, hasTimes), dataOf(chart, drawn.peek()), box);
    this.#plots.add(plot);
    const sized = new ResizeObserver(() => plot.setSize({ width: box.clientWidth, height: plot.height }));
    sized.observe(box);
    const stops = [
      effect(() => plot.setData(dataOf(chart, drawn.value))),
      effect(() => {
        void (theme.value, isSystemDark.value);
        // The style sheet has its word first.
        requestAnimationFrame(() => {
          ink.current = inkOf(box);
          plot.redraw(false);
        });
      }),
    ];
    return () => {
      for (const stop of stops) stop();
      sized.disconnect();
      this.#plots.delete(plot);
      plot.destroy();
    };
  }

  /**
   * Moves the cursor by a key.
   *
   * @param {string} key
   * @param {number} step
   * @param {Drawn} drawn
   * @returns {boolean} whether the key meant anything
   */
  move(key, step, { times }) {
    const last = times.length - 1;
    const from = this.cursor.peek();
    if (key === "Escape" && from !== null) return this.#place(null, times);
    const to = { ArrowLeft: (from ?? last + 1) - step, ArrowRight: (from ?? last) + step, Home: 0, End: last }[key];
    if (to === undefined || last < 0) return false;
    return this.#place(Math.min(last, Math.max(0, to)), times);
  }

  /** @param {number | null} at @param {number[]} times */
  #place(at, times) {
    for (const plot of this.#plots) {
      const left = at === null ? -10 : Math.max(0, plot.valToPos(times[at], "x"));
      plot.setCursor({ left, top: at === null ? -10 : 0 });
    }
    return true;
  }

  /**
   * @param {Chart} chart
   * @param {import("@preact/signals").ReadonlySignal<Drawn>} drawn
   * @param {HTMLElement} box
   * @param {{current: Ink}} ink
   * @param {boolean} hasTimes
   * @returns {uPlot.Options}
   */
  #options(chart, drawn, box, ink, hasTimes) {
    const top = () => drawn.peek().tops[chart.name];
    const font = `11px ${getComputedStyle(box).fontFamily}`;
    const grid = { stroke: () => ink.current.grid, width: 1 };
    const axis = { stroke: () => ink.current.text, grid, ticks: { show: false }, font };
    return {
      width: Math.max(1, box.clientWidth),
      height: PLOT_HEIGHT + (hasTimes ? TIMES_HEIGHT : 0),
      padding: [8, 12, hasTimes ? 0 : 8, 0],
      legend: { show: false },
      select: { show: false, left: 0, top: 0, width: 0, height: 0 },
      cursor: { sync: { key: "charts" }, y: false, drag: { x: false, y: false, setScale: false }, points: { size: 6 } },
      scales: {
        x: { time: false, range: () => [drawn.peek().until - drawn.peek().span.seconds, drawn.peek().until] },
        y: { range: () => [0, top()] },
      },
      series: [{}, ...chart.columns.map((_column, index) => lineOf(index, ink))],
      axes: [
        {
          ...axis,
          size: hasTimes ? TIMES_HEIGHT : 0,
          splits: () => labelledTimes(drawn.peek()),
          values: (_plot, times) => times.map((time) => (hasTimes ? hourMinute(time) : "")),
        },
        {
          ...axis,
          size: SCALE_WIDTH,
          splits: () => [0, top() / 2, top()],
          values: (_plot, values) => values.map((value) => (value === 0 ? "0" : valueWords(chart, value, top()))),
        },
      ],
      hooks: { setCursor: [(plot) => (this.cursor.value = plot.cursor.idx ?? null)] },
    };
  }
}

/** @param {Chart} chart @param {Drawn} drawn @returns {uPlot.AlignedData} */
function dataOf({ columns }, { times, lanes }) {
  return [times, ...columns.map((column) => lanes.get(column) ?? [])];
}

/**
 * @param {number} index
 * @param {{current: Ink}} ink
 * @returns {uPlot.Series}
 */
function lineOf(index, ink) {
  const stroke = () => ink.current.lines[index];
  return {
    stroke,
    width: 1.5,
    // Told apart without colours as well.
    dash: index === 0 ? undefined : [5, 3],
    points: {
      show: false,
      size: 4,
      fill: stroke,
      filter: (plot, series) => loneOf(/** @type {(number | null)[]} */ (plot.data[series])),
    },
  };
}

/**
 * Colours are written in the style sheet alone; a canvas has to be told them.
 *
 * @param {HTMLElement} box
 * @returns {Ink}
 */
function inkOf(box) {
  const { color, borderTopColor } = getComputedStyle(box);
  const swatches = box.parentElement?.querySelectorAll(".swatch") ?? [];
  return { lines: [...swatches].map((one) => getComputedStyle(one).color), text: color, grid: borderTopColor };
}
