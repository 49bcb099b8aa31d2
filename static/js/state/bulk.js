/**
 * One action on many containers: few at a time, each with its own answer, and a sum at the end.
 * Counterparts: `activity.js`, which asks for each, and `views/bulk.js`.
 */

import { computed, effect, signal } from "@preact/signals";
import { arranged } from "../lib/arrange.js";
import { settledCount, summaryLines } from "../lib/outcomes.js";
import { isDestructive } from "../lib/rules.js";
import { Turns } from "../lib/turns.js";
import { activityOf, dismiss, queueUp, send, underWay } from "./activity.js";
import { session } from "./session.js";
import { whenAnswered } from "./unanswered.js";

/**
 * @typedef {import("../client/types.js").Container} Container
 * @typedef {import("../lib/rules.js").Offer} Offer
 * @typedef {import("../lib/outcomes.js").Result} Result
 * @typedef {{offer: Offer, containers: Container[], project: string | null}} Wish
 *   `project`: whose containers they are; null for those picked by hand
 */

/** Of what one page may have under way (64) and send in a second (20), most is left to everything else. */
const AT_ONCE = 8;
const GAP_MS = 70;
/** Answers that would be the same for all the others. */
const ABOUT_ALL = /^auth\./;
const MOST_KEPT = 20;

const turns = new Turns(AT_ONCE, GAP_MS);

/** What is asked back before it is done. @type {import("@preact/signals").Signal<Wish | null>} */
export const question = signal(null);

/** The newest first; the finished ones until they are dismissed. @type {import("@preact/signals").Signal<readonly Run[]>} */
export const runs = signal([]);

/** What to read out: the sum of what ended last. */
export const announced = signal({ of: 0, words: "" });

let made = 0;

/** One wish on its way. */
export class Run {
  #isCancelled = false;
  id = ++made;

  /** @param {Wish} wish */
  constructor({ offer, containers, project }) {
    // Its own: the marks of this run are told by it from those of another.
    this.offer = { ...offer };
    this.project = project;
    this.containers = containers;
    /** @type {import("@preact/signals").Signal<readonly Result[]>} in the order of the containers */
    this.results = signal(containers.map(() => ({ kind: "waiting" })));
    this.settled = computed(() => settledCount(this.results.value));
    this.isOver = computed(() => this.settled.value === containers.length);
    this.lines = computed(() => summaryLines(offer.action, this.#told()));
  }

  start() {
    this.containers.forEach((container, at) => {
      turns.join(() => this.#turn(container, at));
    });
  }

  /** Gives up what has not been sent. */
  cancel() {
    this.#isCancelled = true;
    this.containers.forEach((container, at) => {
      if (this.results.peek()[at].kind === "waiting") this.#leave(container, at);
    });
  }

  /** @param {Container} container @param {number} at */
  async #turn(container, at) {
    if (this.#isCancelled) return;
    this.#set(at, { kind: "pending" });
    const result = await send(container, this.offer);
    this.#set(at, result);
    const isKept = () => runs.peek().includes(this);
    if (result.kind === "unknown") whenAnswered(container, this.offer, isKept, (later) => this.#set(at, later));
    const { code = "" } = /** @type {{code?: string}} */ (result.error ?? {});
    if (result.kind === "refused" && ABOUT_ALL.test(code)) this.cancel();
  }

  /** @param {Container} container @param {number} at */
  #leave(container, at) {
    dismiss(container);
    this.#set(at, { kind: "unsent" });
  }

  /** @param {number} at @param {Result} result */
  #set(at, result) {
    this.results.value = this.results.peek().with(at, result);
    if (this.isOver.peek()) announced.value = { of: this.id, words: this.lines.peek().map(({ words }) => words).join(" ") };
  }

  #told() {
    return this.results.value.map((result, at) => ({ name: this.containers[at].name, result }));
  }
}

/**
 * The one way to act on many. What destroys is asked back, by names and number.
 *
 * @param {Wish} wish its containers are in a state that fits
 */
export function pressMany(wish) {
  const containers = arranged(wish.containers, { key: "name", descending: false });
  if (isDestructive(wish.offer.action)) question.value = { ...wish, containers };
  else runMany({ ...wish, containers });
}

/** @param {Wish} wish */
export function runMany(wish) {
  if (question.peek() === wish) question.value = null;
  const free = wish.containers.filter((container) => queueUp(container, wish.offer));
  if (free.length === 0) return;
  const run = new Run({ ...wish, containers: free });
  runs.value = [run, ...runs.peek()].slice(0, MOST_KEPT);
  run.start();
}

export function dropQuestion() {
  question.value = null;
}

/**
 * Its sum, and what it has left beside each container.
 *
 * @param {Run} run
 */
export function dismissRun(run) {
  runs.value = runs.peek().filter((other) => other !== run);
  for (const container of run.containers) {
    const activity = activityOf(container).peek();
    const isOutcome = activity.phase === "refused" || activity.phase === "unknown";
    if (isOutcome && activity.offer === run.offer) dismiss(container);
  }
}

/** @param {readonly Container[]} containers */
export function areAllUnderWay(containers) {
  return containers.every((container) => underWay(activityOf(container).value) !== undefined);
}

/** What one user asked is nothing to the next. */
effect(() => {
  if (session.value.phase === "signed-in") return;
  for (const run of runs.peek()) run.cancel();
  runs.value = [];
  question.value = null;
  announced.value = { of: 0, words: "" };
});
