/**
 * Four charts over one stretch of time, with one cursor. What the cursor stands at is written
 * beside each chart, and without it what is now. Counterparts: `lib/chart.js`; `chart.js`.
 */

import { html } from "htm/preact";
import { useEffect, useMemo, useState } from "preact/hooks";
import { computed, signal } from "@preact/signals";
import { CHARTS, drawnOf, rangeOf, valueWords } from "../lib/chart.js";
import { DASH, clockTime, duration } from "../lib/format.js";
import { t } from "../lib/i18n.js";
import { now } from "../state/clock.js";
import { oldnessOf } from "../state/figures.js";
import { ChartGroup } from "./chart.js";

/**
 * @typedef {import("../lib/chart.js").Chart} Chart
 * @typedef {import("../lib/chart.js").Drawn} Drawn
 * @typedef {import("@preact/signals").ReadonlySignal<Drawn>} DrawnSignal
 */

/** @param {{engine: string, recording: import("../state/recording.js").Recording, hasOwnLimit: boolean}} props */
export function Charts({ engine, recording, hasOwnLimit }) {
  const drawn = useMemo(() => computed(() => drawnOf(recording.version.value ? recording.ring : null)), [recording]);
  const [group] = useState(() => new ChartGroup());
  const [said] = useState(() => signal(""));
  /** @param {KeyboardEvent} event */
  const onKeyDown = (event) => {
    if (!group.move(event.key, event.shiftKey ? 10 : 1, drawn.peek())) return;
    event.preventDefault();
    event.stopPropagation();
    said.value = momentWords(drawn.peek(), group.cursor.peek(), oldnessOf(engine).peek(), hasOwnLimit);
  };
  const isOld = oldnessOf(engine);
  return html`<div
    class="charts ${isOld.value ? "has-old-figures" : ""}"
    role="group"
    tabindex="0"
    aria-label=${t("chart.help")}
    onKeyDown=${onKeyDown}
  >
    <p class="charts-head muted">
      <${Span} drawn=${drawn} /><span class="spacer"></span><${Time} drawn=${drawn} cursor=${group.cursor} isOld=${isOld} />
    </p>
    ${CHARTS.map(
      (chart) =>
        html`<${Figure} key=${chart.name} chart=${chart} drawn=${drawn} group=${group} hasOwnLimit=${hasOwnLimit} />`,
    )}
    <span class="sr" role="status">${said}</span>
  </div>`;
}

/** @param {{drawn: DrawnSignal}} props */
function Span({ drawn }) {
  const words = useMemo(
    () => computed(() => t("chart.span", { duration: duration(drawn.value.span.seconds) })),
    [drawn],
  );
  return html`<span>${words}</span>`;
}

/**
 * @param {{
 *   drawn: DrawnSignal,
 *   cursor: import("@preact/signals").ReadonlySignal<number | null>,
 *   isOld: import("@preact/signals").ReadonlySignal<boolean>,
 * }} props
 */
function Time({ drawn, cursor, isOld }) {
  const words = useMemo(
    () =>
      computed(() => {
        const time = cursor.value === null ? null : drawn.value.times[cursor.value];
        return time == null ? lastWords(drawn.value, isOld.value) : clockTime(time, now.peek());
      }),
    [drawn, isOld],
  );
  return html`<span class="chart-time" data-testid="chart-time">${words}</span>`;
}

/** @param {{chart: Chart, drawn: DrawnSignal, group: ChartGroup, hasOwnLimit: boolean}} props */
function Figure({ chart, drawn, group, hasOwnLimit }) {
  const [box, setBox] = useState(/** @type {HTMLElement | null} */ (null));
  const isLast = chart === CHARTS[CHARTS.length - 1];
  useEffect(() => (box ? group.add(chart, box, drawn, isLast) : undefined), [box]);
  return html`<figure class="chart" data-chart=${chart.name} aria-label=${t(`chart.${chart.name}`)}>
    <figcaption class="chart-head">
      <h3>${t(`chart.${chart.name}`)}</h3>
      ${chart.columns.map(
        (column, index) =>
          html`<${Readout}
            key=${column}
            chart=${chart}
            column=${column}
            index=${index}
            name=${columnName(column, hasOwnLimit)}
            drawn=${drawn}
            cursor=${group.cursor}
          />`,
      )}
    </figcaption>
    <div class="chart-box" aria-hidden="true" ref=${setBox}></div>
  </figure>`;
}

/**
 * Without a limit of its own a container is told the machine's memory as its limit.
 *
 * @param {string} column
 * @param {boolean} hasOwnLimit
 */
function columnName(column, hasOwnLimit) {
  return t(`column.${column === "memory_limit_bytes" && !hasOwnLimit ? "memory_machine" : column}`);
}

/**
 * @param {{
 *   chart: Chart, column: string, index: number, name: string, drawn: DrawnSignal,
 *   cursor: import("@preact/signals").ReadonlySignal<number | null>,
 * }} props
 */
function Readout({ chart, column, index, name, drawn, cursor }) {
  const { value, range } = useMemo(() => readings(chart, column, drawn, cursor), [drawn]);
  return html`<span class="reading" data-column=${column}>
    <span class="swatch is-line-${index}" aria-hidden="true"></span>
    <span class="muted">${name}</span>
    <span class="amount">${value}</span>
    <span class="chart-range muted">${range}</span>
  </span>`;
}

/**
 * @param {Chart} chart
 * @param {string} column
 * @param {DrawnSignal} drawn
 * @param {import("@preact/signals").ReadonlySignal<number | null>} cursor
 */
function readings(chart, column, drawn, cursor) {
  const lane = () => drawn.value.lanes.get(column) ?? [];
  /** @param {number | null | undefined} value */
  const words = (value) => valueWords(chart, value, drawn.value.tops[chart.name], column);
  return {
    value: computed(() => words(lane()[cursor.value ?? lane().length - 1])),
    range: computed(() => {
      const { min, max } = rangeOf(lane());
      // A limit that never changed has no range worth a word.
      if (min === null || (min === max && column.endsWith("limit_bytes"))) return "";
      return t("chart.range", { min: words(min), max: words(max) });
    }),
  };
}

/**
 * When the last numbers are of.
 *
 * @param {Drawn} drawn
 * @param {boolean} isOld
 */
function lastWords({ until }, isOld) {
  if (!isOld) return t("chart.now");
  return until ? clockTime(until, now.peek()) : DASH;
}

/**
 * The whole moment in words, for who moves the cursor by keys and does not see it.
 *
 * @param {Drawn} drawn
 * @param {number | null} at
 * @param {boolean} isOld
 * @param {boolean} hasOwnLimit
 */
function momentWords(drawn, at, isOld, hasOwnLimit) {
  if (at === null) return lastWords(drawn, isOld);
  const parts = CHARTS.map((chart) => {
    const values = chart.columns.map((column) => {
      const words = valueWords(chart, drawn.lanes.get(column)?.[at], drawn.tops[chart.name], column);
      return `${columnName(column, hasOwnLimit)} ${words}`;
    });
    return `${t(`chart.${chart.name}`)} ${values.join(", ")}`;
  });
  return `${clockTime(drawn.times[at], now.peek())}: ${parts.join("; ")}`;
}
