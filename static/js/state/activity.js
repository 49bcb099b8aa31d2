/**
 * What was asked of each container, and how that went. One signal a container, so that an action
 * redraws its own row and no other. Counterparts: `views/row.js`, and `bulk.js` for many at once.
 */

import { effect, signal } from "@preact/signals";
import { rowKey } from "../lib/arrange.js";
import { resultOf } from "../lib/outcomes.js";
import { isDestructive } from "../lib/rules.js";
import { callRow } from "./cursor.js";
import { containers, performAction } from "./live.js";
import { panel } from "./page.js";
import { session } from "./session.js";
import { whenAnswered } from "./unanswered.js";

/**
 * @typedef {import("../client/types.js").Container} Container
 * @typedef {import("../client/types.js").ActionResult} ActionResult
 * @typedef {import("../lib/rules.js").Offer} Offer
 * @typedef {import("../lib/outcomes.js").Result} Result
 * @typedef {{engine: string, id: string}} Ref
 * @typedef {{phase: "idle"}
 *   | {phase: "asking", offer: Offer}
 *   | {phase: "waiting", offer: Offer}
 *   | {phase: "pending", offer: Offer}
 *   | {phase: "refused", offer: Offer, error: unknown}
 *   | {phase: "unknown", offer: Offer, seconds: number}} Activity
 *   `waiting`: one of many whose turn has not come
 */

/** @type {Activity} */
const IDLE = { phase: "idle" };

/** How long an answer is waited for, all told; the page says so when it gives up. */
const DEADLINE_SECONDS = 30;
const BUSY_TRIES = 20;
const BUSY_WAIT_SECONDS = 1;
const LONGEST_BUSY_WAIT_SECONDS = 5;
/** A fleet that churns must not fill the memory. */
const MOST_VANISHED = 500;

/** @type {Map<string, import("@preact/signals").Signal<Activity>>} */
const activities = new Map();

/** @param {Ref} container */
export function activityOf(container) {
  const key = rowKey(container);
  let activity = activities.get(key);
  if (!activity) activities.set(key, (activity = signal(IDLE)));
  return activity;
}

/**
 * What is under way, if anything is: meanwhile nothing else can be asked.
 *
 * @param {Activity} activity
 */
export function underWay(activity) {
  return activity.phase === "pending" || activity.phase === "waiting" ? activity.offer.action : undefined;
}

/**
 * The one way to act: by button, menu or key. What destroys is asked back, by name.
 *
 * @param {Container} container
 * @param {Offer} offer
 */
export function press(container, offer) {
  if (underWay(activityOf(container).peek())) return;
  if (isDestructive(offer.action)) ask(container, offer);
  else void run(container, offer);
}

/**
 * A question that nobody sees is none: a row far from the screen is brought onto it.
 *
 * @param {Container} container
 * @param {Offer} offer
 */
function ask(container, offer) {
  const key = rowKey(container);
  activityOf(container).value = { phase: "asking", offer };
  const shown = panel.peek();
  const isInPanel = shown?.panel === "container" && shown.engine === container.engine && container.id.startsWith(shown.id);
  const focused = /** @type {HTMLElement | null | undefined} */ (document.activeElement?.closest("[data-key]"));
  if (!isInPanel && focused?.dataset.key !== key) callRow(key);
}

/** @param {Ref} container */
export function dismiss(container) {
  activityOf(container).value = IDLE;
}

/**
 * Marks it as one of many; false when something is under way there already.
 *
 * @param {Ref} container
 * @param {Offer} offer
 */
export function queueUp(container, offer) {
  const activity = activityOf(container);
  if (underWay(activity.peek())) return false;
  activity.value = { phase: "waiting", offer };
  return true;
}

/**
 * One container, by itself: where dockmon runs in it, the refusal becomes a second question.
 *
 * @param {Container} container
 * @param {Offer} offer
 */
export async function run(container, offer) {
  const activity = activityOf(container);
  if (underWay(activity.peek())) return;
  const { kind } = await send(container, offer);
  if (kind === "itself") ask(container, { ...offer, allow_self: true });
}

/**
 * Asks, marks the container with what came of it, and returns that.
 *
 * @param {Container} container
 * @param {Offer} offer
 * @returns {Promise<Result>}
 */
export async function send(container, offer) {
  const activity = activityOf(container);
  activity.value = { phase: "pending", offer };
  const asked_at = performance.now();
  const result = resultOf(await answerTo(container, offer));
  const mark = markOf(offer, result, Math.round((performance.now() - asked_at) / 1000));
  activity.value = mark;
  if (mark.phase !== "unknown") return result;
  const isOpen = () => activities.get(rowKey(container)) === activity && activity.peek() === mark;
  whenAnswered(container, offer, isOpen, () => (activity.value = IDLE));
  return result;
}

/**
 * @param {Offer} offer
 * @param {Result} result
 * @param {number} seconds how long it took; the server may give up sooner than the page
 * @returns {Activity}
 */
function markOf(offer, { kind, error }, seconds) {
  if (kind === "unknown") return { phase: "unknown", offer, seconds };
  return kind === "done" ? IDLE : { phase: "refused", offer, error };
}

/**
 * Too many at once is no answer: nothing was done, and it is asked again.
 *
 * @param {Container} container
 * @param {Offer} offer
 */
async function answerTo(container, { action, force, allow_self }) {
  const options = { deadline_seconds: DEADLINE_SECONDS, ...(force && { force }), ...(allow_self && { allow_self }) };
  const asker = session.peek();
  for (let tries = 1; ; tries++) {
    const result = await performAction(container, action, options);
    const wait = tries < BUSY_TRIES ? busySeconds(result) : null;
    if (wait === null) return result;
    await new Promise((resolve) => setTimeout(resolve, wait * 1000));
    // Whoever has signed in meanwhile has not asked for it.
    if (session.peek() !== asker) return result;
  }
}

/** @param {ActionResult} result */
function busySeconds(result) {
  if (result.ok || result.error.code !== "request.rate_limited") return null;
  const seconds = Number(result.error.params?.retry_after_seconds ?? BUSY_WAIT_SECONDS);
  return seconds <= LONGEST_BUSY_WAIT_SECONDS ? seconds : null;
}

/** What one user asked is nothing to the next. */
effect(() => {
  if (session.value.phase !== "signed-in") activities.clear();
});

effect(() => {
  const known = containers.value;
  if (activities.size > known.length + MOST_VANISHED) forgetVanished(known);
});

/**
 * Only of what is gone: the row and the panel listen to the same signal, and either may leave first.
 *
 * @param {readonly Container[]} known
 */
function forgetVanished(known) {
  const present = new Set(known.map(rowKey));
  for (const [key, activity] of activities) {
    if (!present.has(key) && !underWay(activity.peek())) activities.delete(key);
  }
}
