/**
 * The machine under an engine, as its head draws it: text and lines as signals, so that a tick changes
 * figures and draws no head anew. Counterparts: `views/host.js`; `live.js`, which has the numbers.
 */

import { computed } from "@preact/signals";
import { bytesOf, percent, rate } from "../lib/format.js";
import { SPAN_SECONDS, decimalTop, linePath } from "../lib/sparkline.js";
import { HEIGHT, WIDTH } from "../ui/sparkline.js";
import { hostHistoryOf, hosts } from "./live.js";

/** @typedef {import("../client/types.js").HostMetrics} HostMetrics */

const RECEIVED = "network_rx_bytes_per_second";
const SENT = "network_tx_bytes_per_second";

/** A network that is next to idle must not look busy. */
const LEAST_RATE = 100_000;

/** Lines at the very edge would be cut in two. */
const EDGE = 10;
const MIDDLE = HEIGHT / 2;

/** @param {string} engine */
export function hostFiguresOf(engine) {
  const host = computed(() => hosts.value.get(engine) ?? null);
  const ring = computed(() => (host.value ? hostHistoryOf(engine) : null));
  /** @param {string} column @param {number} top @param {number} [low] @param {number} [high] */
  const line = (column, top, low = HEIGHT - EDGE, high = EDGE) => {
    // The ring is the same object for ever; the host is another with each sample.
    const drawn = host.value && ring.value;
    return drawn ? linePath(drawn.times(), drawn.values(column), { until: drawn.last, top, width: WIDTH, low, high }) : "";
  };
  const disk = computed(() => fullest(host.value?.disks));
  const topRate = computed(() => decimalTop(host.value && ring.value ? peakOf(ring.value) : 0, LEAST_RATE));
  return {
    cpu: computed(() => percent(host.value?.cpu_percent)),
    cpuLine: computed(() => line("cpu_percent", 100)),
    memory: computed(() => bytesOf(host.value?.memory_used_bytes, host.value?.memory_total_bytes)),
    memoryLine: computed(() => line("memory_used_bytes", host.value?.memory_total_bytes ?? 1)),
    disk: computed(() => percent(disk.value && (100 * disk.value.used_bytes) / disk.value.total_bytes)),
    diskName: computed(() => disk.value?.mount ?? ""),
    diskShare: computed(() => (disk.value ? disk.value.used_bytes / disk.value.total_bytes : null)),
    received: computed(() => rate(host.value?.[RECEIVED])),
    sent: computed(() => rate(host.value?.[SENT])),
    receivedLine: computed(() => line(RECEIVED, topRate.value, MIDDLE - EDGE, EDGE)),
    sentLine: computed(() => line(SENT, topRate.value, MIDDLE + EDGE, HEIGHT - EDGE)),
  };
}

/** @param {import("../client/history.js").Ring} ring */
function peakOf(ring) {
  const since = ring.last - SPAN_SECONDS;
  return Math.max(ring.peak(RECEIVED, since), ring.peak(SENT, since));
}

/**
 * One disk fits the head, and the one that will cause trouble is the one to show.
 *
 * @param {HostMetrics["disks"] | null | undefined} disks
 */
function fullest(disks) {
  const sized = (disks ?? []).filter(({ total_bytes }) => total_bytes > 0);
  return sized.sort((a, b) => b.used_bytes / b.total_bytes - a.used_bytes / a.total_bytes)[0] ?? null;
}
