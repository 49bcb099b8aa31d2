/**
 * Numbers of one container kept over a longer time than the client library keeps those of all.
 * Pure but for the ring it fills. Counterpart: `state/recording.js`.
 */

import { Ring, SAMPLES } from "../client/history.js";

/** @typedef {import("../client/metrics.js").Sample} Sample */

/** How far back a recording reaches. */
export const RECORDED_SECONDS = 900;

/** What a feed may be late by before silence counts as a gap. */
const LATE_SECONDS = 3;
/** The server names a container's row by the first 12 digits of its id. */
const ROW_ID_DIGITS = 12;
/** A feed that forgot its pace must not take all memory. */
const SAMPLES_MOST = 9000;

/**
 * The ring with one sample more: the same ring, or a new one that has what it had when it was too
 * small or of other columns.
 *
 * @param {Ring | null} before a recording, or the library's own ring, which is only read
 * @param {Sample} sample
 * @param {string} id
 */
export function extended(before, sample, id) {
  const { timestamp, interval_seconds, columns, rows } = sample;
  const interval = interval_seconds > 0 ? interval_seconds : 1;
  const ring = fitting(before, columns.slice(1), interval, timestamp);
  // The library's ring has the newest sample already.
  if (timestamp === ring.last) return ring;
  if (timestamp - ring.last > 2 * interval + LATE_SECONDS) ring.gap(ring.last + interval);
  const row = rows.get(id.slice(0, ROW_ID_DIGITS));
  if (row) ring.push(timestamp, row);
  else ring.gap(timestamp);
  return ring;
}

/**
 * @param {Ring | null} before
 * @param {readonly string[]} columns
 * @param {number} interval
 * @param {number} timestamp
 */
function fitting(before, columns, interval, timestamp) {
  const wanted = Math.min(SAMPLES_MOST, Math.max(SAMPLES + 1, Math.ceil(RECORDED_SECONDS / interval) + 1));
  // Of the time before the server's clock was put back nothing can be drawn.
  const known = before && !(timestamp < before.last) ? before : null;
  if (known && known.size >= wanted && known.columns.join() === columns.join()) return known;
  const ring = new Ring(columns, wanted);
  if (known) copy(known, ring);
  return ring;
}

/** @param {Ring} from @param {Ring} to */
function copy(from, to) {
  const lanes = to.columns.map((column) => from.values(column));
  from.times().forEach((time, at) => to.push(time, ["", ...lanes.map((lane) => lane[at])]));
}
