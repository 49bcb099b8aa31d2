/** What the four charts of a container show, and its numbers in the form they are drawn in. Pure. */

import { bytes, bytesIn, cpuPercent, rateIn } from "./format.js";
import { RECORDED_SECONDS } from "./recorder.js";
import { binaryTop, decimalTop } from "./sparkline.js";

/**
 * @typedef {"percent" | "bytes" | "rate"} Kind
 * @typedef {{name: "cpu" | "memory" | "network" | "block", kind: Kind, columns: [string, string]}} Chart
 * @typedef {(number | null)[]} Lane null is a gap
 * @typedef {{
 *   times: number[], lanes: Map<string, Lane>, tops: Record<string, number>,
 *   until: number, span: {seconds: number, step: number},
 * }} Drawn
 *   `tops` by chart; `until` is the right edge, Unix seconds
 */

/** @type {readonly Chart[]} in the order they stand */
export const CHARTS = [
  { name: "cpu", kind: "percent", columns: ["cpu_percent", "cpu_throttled_percent"] },
  { name: "memory", kind: "bytes", columns: ["memory_bytes", "memory_limit_bytes"] },
  { name: "network", kind: "rate", columns: ["network_rx_bytes_per_second", "network_tx_bytes_per_second"] },
  { name: "block", kind: "rate", columns: ["block_read_bytes_per_second", "block_write_bytes_per_second"] },
];

/** A limit far away must not press the line it limits to the ground. */
const NOT_MEASURED = "memory_limit_bytes";

/** What is less stays small: noise must not look like load. */
const LEAST = { percent: 10, bytes: 16 * 2 ** 20, rate: 10_000 };

/**
 * How much time is shown, and between which times a label stands: the least that holds what there
 * is. Few, so that a picture seldom changes its scale; labels are whole in every time zone.
 */
const SPANS = [
  { seconds: 120, step: 60 },
  { seconds: 300, step: 60 },
  { seconds: RECORDED_SECONDS, step: 300 },
];

/**
 * @param {import("../client/history.js").Ring | null} ring
 * @returns {Drawn}
 */
export function drawnOf(ring) {
  const all = ring?.times() ?? new Float64Array();
  const until = ring && ring.length > 0 ? ring.last : 0;
  const first = all.findIndex((time) => time >= until - RECORDED_SECONDS);
  const lanes = new Map();
  for (const column of CHARTS.flatMap(({ columns }) => columns)) {
    lanes.set(column, ring ? lane(ring.values(column), first) : []);
  }
  const tops = Object.fromEntries(CHARTS.map((chart) => [chart.name, topOf(chart, lanes)]));
  const times = first < 0 ? [] : Array.from(all.subarray(first));
  return { times, lanes, tops, until, span: spanOf(until - all[first]) };
}

/** @param {number} seconds NaN: nothing yet */
function spanOf(seconds) {
  return SPANS.find((span) => span.seconds >= seconds) ?? SPANS[Number.isNaN(seconds) ? 0 : SPANS.length - 1];
}

/** @param {Float64Array} values @param {number} first @returns {Lane} */
function lane(values, first) {
  return first < 0 ? [] : Array.from(values.subarray(first), (value) => (Number.isNaN(value) ? null : value));
}

/**
 * The value at the upper edge.
 *
 * @param {Chart} chart
 * @param {Map<string, Lane>} lanes
 */
export function topOf({ kind, columns }, lanes) {
  const measured = columns.filter((column) => column !== NOT_MEASURED);
  const peak = Math.max(0, ...measured.map((column) => rangeOf(lanes.get(column) ?? []).max ?? 0));
  return kind === "bytes" ? binaryTop(peak, LEAST.bytes) : decimalTop(peak, LEAST[kind]);
}

/** @param {Lane} values @returns {{min: number | null, max: number | null}} */
export function rangeOf(values) {
  let [min, max] = [Infinity, -Infinity];
  for (const value of values) {
    if (value === null) continue;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  return min > max ? { min: null, max: null } : { min, max };
}

/**
 * Values of no neighbours, which are dots: a line needs two.
 *
 * @param {Lane} values
 * @returns {number[]} where they are
 */
export function loneOf(values) {
  return values.flatMap((value, at) =>
    value !== null && values[at - 1] == null && values[at + 1] == null ? [at] : [],
  );
}

/** @param {Drawn} drawn @returns {number[]} times with a label */
export function labelledTimes({ until, span: { seconds, step } }) {
  const times = [];
  // At the very edge half of it would be cut off.
  const last = until - seconds / 30;
  for (let time = Math.ceil((until - seconds) / step) * step; time <= last; time += step) times.push(time);
  return times;
}

/**
 * @param {Chart} chart
 * @param {number | null | undefined} value
 * @param {number} top every figure of a chart has the unit that fits its scale
 * @param {string} [column] a limit is not on that scale
 */
export function valueWords({ kind }, value, top, column) {
  if (column === NOT_MEASURED) return bytes(value);
  if (kind === "percent") return cpuPercent(value);
  return kind === "bytes" ? bytesIn(value, top) : rateIn(value, top);
}
