/**
 * What containers and projects use, as the table draws it: text and lines as signals, one scale for
 * each column. Counterparts: `views/figures.js`; `live.js`, which has the numbers.
 */

import { batch, computed, effect, signal } from "@preact/signals";
import { cpuPercent, kilobyteRate, mebibytes, mebibytesOf } from "../lib/format.js";
import { SPAN_SECONDS, binaryTop, decimalTop, linePath } from "../lib/sparkline.js";
import { isAlive } from "../lib/status.js";
import { HEIGHT, UNITS_PER_PIXEL, WIDTH } from "../ui/sparkline.js";
import { now } from "./clock.js";
import { historyOf, hosts, peakOf, samples, statsOf, wantFigures } from "./live.js";
import { isTableCovered } from "./page.js";
import { isVisible } from "./visible.js";

/**
 * @typedef {import("../client/types.js").ContainerStats} ContainerStats
 * @typedef {import("@preact/signals").ReadonlySignal<string>} Words
 * @typedef {import("../client/types.js").Container} Container
 * @typedef {{engine: string, id: string}} Ref
 * @typedef {{stats: ContainerStats | null, ring: import("../client/history.js").Ring | null, until: number}} Reading
 */

/** A container that does next to nothing must not look busy. */
const LEAST = { cpu: 10, memory: 64 * 2 ** 20, network: 10_000 };

/** The value at the top of each column's lines. */
const tops = { cpu: signal(LEAST.cpu), memory: signal(LEAST.memory), network: signal(LEAST.network) };

const RECEIVED = "network_rx_bytes_per_second";
const SENT = "network_tx_bytes_per_second";

/** Looking through all rings costs 1 ms for a thousand containers; twenty engines tell twenty times a second. */
const RESCALE_MS = 2000;
let rescaledAt = -Infinity;

/**
 * When a line has moved by a pixel. Drawn at each tick of a second, half as much for nobody to see, they
 * took a third of it.
 */
const PIXEL_SECONDS = SPAN_SECONDS / (WIDTH / UNITS_PER_PIXEL);

/** The server names a container's row by the first 12 digits of its id. */
const ROW_ID_DIGITS = 12;

const areDrawn = signal(false);

/**
 * As long as nobody looks at figures, the server is not asked.
 *
 * @param {boolean} are whether the table has any
 */
export function drawFigures(are) {
  areDrawn.value = are;
}

const areLookedAt = computed(() => areDrawn.value && isVisible.value && !isTableCovered.value);
effect(() => wantFigures(areLookedAt.value));

effect(() => {
  const newest = Math.max(0, ...[...samples.value.values()].map(({ timestamp }) => timestamp));
  const left = rescaledAt + RESCALE_MS - performance.now();
  if (left <= 0) return rescale(newest);
  const timer = setTimeout(rescale, left, newest);
  return () => clearTimeout(timer);
});

/** @param {number} newest Unix seconds; 0 before the first */
function rescale(newest) {
  if (!newest) return;
  rescaledAt = performance.now();
  const since = newest - SPAN_SECONDS;
  batch(() => {
    tops.cpu.value = decimalTop(peakOf(["cpu_percent"], since), LEAST.cpu);
    tops.memory.value = binaryTop(peakOf(["memory_bytes"], since), LEAST.memory);
    tops.network.value = decimalTop(peakOf([RECEIVED, SENT], since), LEAST.network);
  });
}

/**
 * The time of an engine's newest numbers, 0 while there are none. One signal each, so that an
 * engine's numbers draw nothing of another's.
 */
const tickOf = perEngine((engine) => samples.value.get(engine)?.timestamp ?? 0);

/**
 * Without a limit of its own a container is told the machine's memory as its limit. That of a
 * machine elsewhere is told nowhere else: there the largest limit of an engine is taken for none.
 */
const mostMemoryOf = perEngine((engine) => {
  const known = hosts.value.get(engine)?.memory_total_bytes;
  if (known) return known;
  const sample = samples.value.get(engine);
  if (!sample) return 0;
  const at = sample.columns.indexOf("memory_limit_bytes");
  return Math.max(0, ...[...sample.rows.values()].map((row) => Number(row[at])).filter(Number.isFinite));
});

/** Whether it is the machine that dockmon itself is on. */
export const isHere = perEngine((engine) => hosts.value.has(engine));

/** The numbers are not those of now: two turns were missed. */
export const oldnessOf = perEngine((engine) => {
  const sample = samples.value.get(engine);
  return !sample || now.value - sample.timestamp > 2 * sample.interval_seconds + 5;
});

/**
 * @template T
 * @param {(engine: string) => T} compute
 * @returns {(engine: string) => import("@preact/signals").ReadonlySignal<T>} always the same one
 */
function perEngine(compute) {
  /** @type {Map<string, import("@preact/signals").ReadonlySignal<T>>} */
  const known = new Map();
  return (engine) => {
    const made = known.get(engine) ?? computed(() => compute(engine));
    known.set(engine, made);
    return made;
  };
}

/**
 * @param {Ref} container
 * @param {boolean} isNow not of one that has ended: its last numbers are not those of now
 */
export function figuresOf(container, isNow) {
  const tick = tickOf(container.engine);
  /** @type {import("@preact/signals").ReadonlySignal<Reading>} */
  const reading = computed(() => ({
    until: tick.value,
    stats: isNow ? statsOf(container) : null,
    ring: historyOf(container),
  }));
  // Not all rows at once: each has its own moment.
  const moment = parseInt(container.id.slice(0, 4), 16) / 0x10000;
  const moved = computed(() => Math.floor(tick.value / PIXEL_SECONDS + moment));
  const drawn = computed(() => (moved.value, reading.peek()));
  const { cpu, memory, network } = tops;
  return {
    cpu: computed(() => cpuPercent(reading.value.stats?.cpu_percent)),
    memory: computed(() => memoryWords(reading.value.stats, mostMemoryOf(container.engine).value)),
    received: computed(() => kilobyteRate(reading.value.stats?.[RECEIVED])),
    sent: computed(() => kilobyteRate(reading.value.stats?.[SENT])),
    cpuLine: computed(() => upwards(drawn.value, "cpu_percent", cpu.value)),
    memoryLine: computed(() => upwards(drawn.value, "memory_bytes", memory.value)),
    memoryLimit: computed(() => level(reading.value.stats?.memory_limit_bytes, memory.value)),
    receivedLine: computed(() => line(drawn.value, RECEIVED, network.value, MIDDLE - EDGE, EDGE)),
    sentLine: computed(() => line(drawn.value, SENT, network.value, MIDDLE + EDGE, HEIGHT - EDGE)),
  };
}

/**
 * @param {string} engine
 * @param {readonly Container[]} members
 */
export function totalsOf(engine, members) {
  const alive = members.filter(isAlive);
  return {
    cpu: computed(() => cpuPercent(totalOf(engine, alive, "cpu_percent"))),
    memory: computed(() => mebibytes(totalOf(engine, alive, "memory_bytes"))),
  };
}

/**
 * @param {string} engine
 * @param {readonly Ref[]} members
 * @param {string} column
 * @returns {number | null} null where nothing is known of any of them
 */
function totalOf(engine, members, column) {
  const sample = tickOf(engine).value ? samples.peek().get(engine) : undefined;
  const at = sample?.columns.indexOf(column) ?? -1;
  /** @type {number | null} */
  let total = null;
  for (const { id } of at < 0 ? [] : members) {
    const value = sample?.rows.get(id.slice(0, ROW_ID_DIGITS))?.[at];
    if (typeof value === "number") total = (total ?? 0) + value;
  }
  return total;
}

/** Lines at the very edge would be cut in two. */
const EDGE = 10;
const MIDDLE = HEIGHT / 2;

/**
 * @param {Reading} reading
 * @param {string} column
 * @param {number} top
 */
function upwards(reading, column, top) {
  return line(reading, column, top, HEIGHT - EDGE, EDGE);
}

/**
 * @param {Reading} reading
 * @param {string} column
 * @param {number} top
 * @param {number} low
 * @param {number} high
 */
function line({ ring, until }, column, top, low, high) {
  return ring ? linePath(ring.times(), ring.values(column), { until, top, width: WIDTH, low, high }) : "";
}

/**
 * @param {number | null | undefined} limit
 * @param {number} top
 * @returns {string} nothing where the limit is beyond the scale
 */
function level(limit, top) {
  if (limit == null || limit > top) return "";
  return `M0 ${Math.round(HEIGHT - EDGE - (limit / top) * (HEIGHT - 2 * EDGE))}h${WIDTH}`;
}

/**
 * @param {ContainerStats | null} stats
 * @param {number} mostMemory
 */
function memoryWords(stats, mostMemory) {
  const { memory_bytes = null, memory_limit_bytes: limit = null } = stats ?? {};
  return limit !== null && limit < mostMemory ? mebibytesOf(memory_bytes, limit) : mebibytes(memory_bytes);
}
