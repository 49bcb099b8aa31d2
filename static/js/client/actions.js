/**
 * Carries one action to its answer, across as many connections as that takes.
 * Counterpart: services/actions.py, which answers a repeated request_id with its first answer.
 *
 * @import { Ack, ActionResult, Epoch } from "./types.js"
 */

/** After a lost answer; without it a dead server would be asked as fast as it refuses. */
const PAUSE_MS = 300;

/**
 * @typedef {object} ActionWay
 * @property {(ms: number) => Promise<boolean>} served resolves when one can ask, false when not in time
 * @property {(ms: number) => Promise<Ack<any>>} ask
 * @property {() => Epoch | null} epoch of the container's engine
 * @property {() => number} now milliseconds
 */

/**
 * Asks again after a lost connection, with the same request_id: the server then tells what it
 * answered the first time. But only while the epoch is the same. A new epoch can mean a new server
 * process without that memory, and a repeat would restart the container a second time.
 * @param {ActionWay} way
 * @param {string} request_id
 * @param {number} deadline_ms
 * @returns {Promise<ActionResult>}
 */
export async function performUntil(way, request_id, deadline_ms) {
  const ends_at = way.now() + deadline_ms;
  const left_ms = () => ends_at - way.now();
  /** @type {{ epoch: Epoch | null } | null} */
  let sent = null;
  while (left_ms() > 0 && (await way.served(left_ms()))) {
    if (sent && sent.epoch !== way.epoch()) break;
    sent ??= { epoch: way.epoch() };
    const ack = await way.ask(left_ms()).catch(() => null);
    if (ack) return resultOf(ack);
    await pause(Math.min(PAUSE_MS, left_ms()));
  }
  return sent ? unknown(request_id) : notSent(request_id);
}

/**
 * @param {Ack<any>} ack
 * @returns {ActionResult}
 */
function resultOf(ack) {
  if (ack.ok) return { ok: true, outcome: "succeeded", data: ack.data };
  return { ok: false, outcome: ack.error.code === "engine.timed_out" ? "unknown" : "failed", error: ack.error };
}

/**
 * @param {string} request_id
 * @returns {ActionResult}
 */
function unknown(request_id) {
  const error = { code: "engine.timed_out", message: "no answer in time", params: {}, request_id };
  return { ok: false, outcome: "unknown", error };
}

/**
 * @param {string} request_id
 * @returns {ActionResult}
 */
function notSent(request_id) {
  const error = { code: "connection.lost", message: "not connected; nothing was sent", params: {}, request_id };
  return { ok: false, outcome: "failed", error };
}

/** @param {number} ms */
function pause(ms) {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, ms)));
}
