/** The time of a log line, in the reader's zone or in UTC: to the millisecond, because lines come in bursts. */

/**
 * @param {number} timestamp Unix seconds
 * @param {"local" | "utc"} zone
 * @param {string} today of another day than this one, the date is written, too
 */
export function logTime(timestamp, zone, today) {
  const written = isoIn(timestamp, zone);
  const time = written.slice(11, 23) + (zone === "utc" ? "Z" : "");
  return written.startsWith(today) ? time : `${written.slice(0, 10)} ${time}`;
}

/**
 * @param {number} timestamp Unix seconds
 * @param {"local" | "utc"} zone
 */
export function dayOf(timestamp, zone) {
  return isoIn(timestamp, zone).slice(0, 10);
}

/**
 * All that is known of it: to the microsecond, in UTC.
 *
 * @param {number} timestamp
 */
export function fullTime(timestamp) {
  const micros = Math.round((timestamp - Math.floor(timestamp)) * 1e6);
  const seconds = Math.floor(timestamp) + Math.floor(micros / 1e6);
  return `${new Date(seconds * 1000).toISOString().slice(0, 19)}.${String(micros % 1e6).padStart(6, "0")}Z`;
}

/**
 * @param {number} timestamp
 * @param {"local" | "utc"} zone
 */
function isoIn(timestamp, zone) {
  const moment = new Date(timestamp * 1000);
  const shift = zone === "local" ? moment.getTimezoneOffset() * 60_000 : 0;
  return new Date(moment.getTime() - shift).toISOString();
}
