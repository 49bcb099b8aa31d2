/**
 * What the library takes from its surroundings: the socket library, fetch, clock, page, bounds.
 * Counterpart: tests/js/, which put their own in place of each.
 *
 * This is the only file that names the third-party import, by relative path, so that a page
 * on another origin needs neither our import map nor a bundler.
 */

import { Manager } from "../../vendor/socket.io.esm.min.js";

/**
 * @typedef {object} Timings
 * @property {number} connect_ms one rung has this long to be let in
 * @property {number} head_start_ms how long a rung is tried alone before the next one starts beside it
 * @property {number} answer_ms for subscribe and resync; the server may wait 2 s for an engine
 * @property {number} retry_first_ms doubled per failed attempt, with jitter
 * @property {number} retry_max_ms
 * @property {number} probe_first_ms before looking whether a better rung works again; doubled
 * @property {number} probe_max_ms
 * @property {number} short_life_ms a source that lived less than this was no success
 * @property {number} poll_ms between two looks over plain HTTP
 * @property {number} request_ms for one plain HTTP request
 * @property {number} heartbeat_ms assumed until the server names its interval
 * @property {number} doubt_ms of silence, after which a page that comes back asks whether the line is alive
 * @property {number} refresh_min_ms between two refreshes, whatever the clocks say
 * @property {number} refresh_max_ms
 * @property {number} stale_after_ms the age at which a confirmation no longer counts
 */

/**
 * @typedef {object} Outside
 * @property {typeof Manager} Manager
 * @property {typeof fetch} fetch
 * @property {() => string} cookies
 * @property {Pick<LockManager, "request"> | null} locks absent on plain http
 * @property {EventTarget | null} window
 * @property {(EventTarget & { visibilityState: string }) | null} document
 * @property {() => number} now milliseconds since 1970
 * @property {() => number} random
 * @property {Timings} timings
 */

/**
 * With a head start of 1.5 s the third rung starts at 3 s and has 2 s left of the promised 5.
 * 10 s of staleness: `engine` events come when confirmed_at has moved by 5 s and pings take up to
 * 2 s more, so a smaller bound would call healthy engines stale between two events.
 * @type {Readonly<Timings>}
 */
export const TIMINGS = Object.freeze({
  connect_ms: 3000,
  head_start_ms: 1500,
  answer_ms: 3500,
  retry_first_ms: 500,
  retry_max_ms: 5000,
  probe_first_ms: 5000,
  probe_max_ms: 30_000,
  short_life_ms: 5000,
  poll_ms: 2000,
  request_ms: 4000,
  heartbeat_ms: 15_000,
  doubt_ms: 3000,
  refresh_min_ms: 10_000,
  refresh_max_ms: 3_600_000,
  stale_after_ms: 10_000,
});

/** @type {Outside} */
const BROWSER = {
  Manager,
  fetch: (...request) => globalThis.fetch(...request),
  cookies: () => globalThis.document?.cookie ?? "",
  locks: globalThis.navigator?.locks ?? null,
  window: globalThis.window ?? null,
  document: globalThis.document ?? null,
  now: () => Date.now(),
  random: () => Math.random(),
  timings: TIMINGS,
};

/** @type {WeakMap<object, Outside>} */
const completed = new WeakMap();

/**
 * The same overrides give the same object, because links are shared by it.
 * @param {Partial<Outside>} [overrides]
 * @returns {Outside}
 */
export function outsideOf(overrides) {
  if (!overrides) return BROWSER;
  let outside = completed.get(overrides);
  if (!outside) {
    outside = { ...BROWSER, ...overrides };
    completed.set(overrides, outside);
  }
  return outside;
}
