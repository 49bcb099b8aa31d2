/**
 * What was asked of each container, and how that went. One signal a container,
 * so that an action redraws its own row and no other. Counterpart: `views/row.js`.
 */

import { signal } from "@preact/signals";
import { performAction } from "./live.js";

/**
 * @typedef {import("../lib/rules.js").Offer} Offer
 * @typedef {{engine: string, id: string}} Ref
 * @typedef {{phase: "idle"}
 *   | {phase: "asking", offer: Offer}
 *   | {phase: "pending", offer: Offer}
 *   | {phase: "refused", offer: Offer, error: unknown}
 *   | {phase: "unknown", offer: Offer, seconds: number}} Activity
 */

/** @type {Activity} */
const IDLE = { phase: "idle" };

/** How long an answer is waited for, all told; the page says so when it gives up. */
const DEADLINE_SECONDS = 30;

/** @type {Map<string, import("@preact/signals").Signal<Activity>>} */
const activities = new Map();

/** @param {Ref} container */
function keyOf({ engine, id }) {
  return `${engine}/${id}`;
}

/** @param {Ref} container */
export function activityOf(container) {
  const key = keyOf(container);
  let activity = activities.get(key);
  if (!activity) activities.set(key, (activity = signal(IDLE)));
  return activity;
}

/**
 * A row left the page. What is still open is kept: the filter may bring it back.
 *
 * @param {Ref} container
 */
export function forgetActivity(container) {
  const key = keyOf(container);
  if (activities.get(key)?.peek().phase === "idle") activities.delete(key);
}

/** @param {Ref} container @param {Offer} offer */
export function ask(container, offer) {
  activityOf(container).value = { phase: "asking", offer };
}

/** @param {Ref} container */
export function dismiss(container) {
  activityOf(container).value = IDLE;
}

/** @param {Ref} container @param {Offer} offer */
export async function run(container, offer) {
  const activity = activityOf(container);
  if (activity.peek().phase === "pending") return;
  activity.value = { phase: "pending", offer };
  activity.value = await outcomeOf(container, offer);
}

/**
 * @param {Ref} container
 * @param {Offer} offer
 * @returns {Promise<Activity>}
 */
async function outcomeOf(container, offer) {
  const options = { deadline_seconds: DEADLINE_SECONDS, ...(offer.force ? { force: true } : {}) };
  const result = await performAction(container, offer.action, options);
  if (result.ok) return IDLE;
  if (result.outcome === "unknown") return { phase: "unknown", offer, seconds: DEADLINE_SECONDS };
  return { phase: "refused", offer, error: result.error };
}
