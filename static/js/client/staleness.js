/**
 * How old what is shown is, and when it stops being the present. Pure.
 * Counterpart: domain/engine.py, which says `stale` for itself; this also holds when it says nothing.
 *
 * @import { EngineView } from "./types.js"
 * @import { EngineState } from "./apply.js"
 */

/**
 * @param {EngineState} state
 * @param {number} now_s Unix seconds on the server's clock
 * @param {number} stale_after_ms
 * @returns {EngineView}
 */
export function viewOf(state, now_s, stale_after_ms) {
  const age_seconds = state.confirmed_at === null ? null : Math.max(0, now_s - state.confirmed_at);
  const old = age_seconds === null || age_seconds * 1000 >= boundOf(state, stale_after_ms);
  return {
    engine: state.engine,
    state: state.state,
    reason: state.reason,
    confirmed_at: state.confirmed_at,
    age_seconds,
    stale: old || state.state !== "up",
    confirmed: !state.awaiting,
    summary: state.summary,
  };
}

/**
 * Half of it once the line is lost: the other half only waits for a confirmation that may be on
 * its way, and none is.
 * @param {EngineState} state
 * @param {number} stale_after_ms
 */
function boundOf({ awaiting }, stale_after_ms) {
  return awaiting ? stale_after_ms / 2 : stale_after_ms;
}

/**
 * @param {Iterable<EngineState>} states
 * @param {number} now_s
 * @param {number} stale_after_ms
 * @returns {number | null} seconds until the first engine turns stale by age alone
 */
export function nextTurn(states, now_s, stale_after_ms) {
  let turn_s = Infinity;
  for (const state of states) {
    const left_s = (state.confirmed_at ?? -Infinity) + boundOf(state, stale_after_ms) / 1000 - now_s;
    if (left_s > 0) turn_s = Math.min(turn_s, left_s);
  }
  return Number.isFinite(turn_s) ? turn_s : null;
}
