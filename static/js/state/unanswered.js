/**
 * Actions that nobody answered. The containers do, later: what the feed tells of them clears the doubt.
 * Counterparts: `activity.js`, and `lib/outcomes.js`, which judges.
 */

import { effect } from "@preact/signals";
import { laterResult } from "../lib/outcomes.js";
import { containers, engines } from "./live.js";

/**
 * @typedef {import("../client/types.js").Container} Container
 * @typedef {import("../lib/rules.js").Offer} Offer
 * @typedef {import("../lib/outcomes.js").Result} Result
 */

/** @type {Set<{offer: Offer, before: Container, isOpen: () => boolean, tell: (result: Result) => void}>} */
const unanswered = new Set();

/**
 * Tells, once, when the container itself shows what came of it; at once where it does already.
 *
 * @param {Container} before as it was when it was asked
 * @param {Offer} offer
 * @param {() => boolean} isOpen whether anybody still wants to know
 * @param {(result: Result) => void} tell
 */
export function whenAnswered(before, offer, isOpen, tell) {
  unanswered.add({ offer, before, isOpen, tell });
  lookForAnswers(containers.peek());
}

effect(() => lookForAnswers(containers.value));

/** @param {readonly Container[]} known */
function lookForAnswers(known) {
  for (const one of unanswered) {
    if (!one.isOpen()) {
      unanswered.delete(one);
      continue;
    }
    const now = known.find(({ engine, id }) => id === one.before.id && engine === one.before.engine);
    if (!now && !isListing(one.before.engine)) continue;
    const result = laterResult(one.offer.action, one.before, now);
    if (!result) continue;
    unanswered.delete(one);
    one.tell(result);
  }
}

/**
 * An engine that is away lists nothing, which says nothing about its containers.
 *
 * @param {string} name
 */
function isListing(name) {
  return engines.peek().some(({ engine, state }) => engine === name && state === "up");
}
