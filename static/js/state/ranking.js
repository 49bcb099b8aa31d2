/**
 * The numbers the table is sorted by, held for a while: rows that change places every second can
 * neither be read nor pressed. Counterpart: `lib/arrange.js`.
 */

import { effect, signal } from "@preact/signals";
import { figureOf, isFigureKey, rowKey } from "../lib/arrange.js";
import { projectKey } from "../lib/projects.js";
import { containers, samples, statsOf } from "./live.js";
import { order } from "./table.js";

const HOLD_MS = 5000;

/** @type {import("@preact/signals").Signal<ReadonlyMap<string, number>>} by `rowKey`, and of projects by `projectKey` */
export const ranking = signal(new Map());

let rankedBy = "";
let rankedAt = -Infinity;

effect(() => {
  const { key } = order.value;
  if (!isFigureKey(key) || samples.value.size === 0) return;
  if (key === rankedBy && (performance.now() - rankedAt < HOLD_MS || isAboutToPress())) return;
  rankedBy = key;
  rankedAt = performance.now();
  ranking.value = ranksBy(key);
});

/** A row must not slip away under a finger that is about to stop a container. */
function isAboutToPress() {
  return document.querySelector(".actions:hover, .actions:focus-within, .actions :popover-open") !== null;
}

/** @param {import("../lib/arrange.js").FigureKey} key */
function ranksBy(key) {
  /** @type {Map<string, number>} */
  const ranks = new Map();
  for (const container of containers.peek()) {
    const figure = figureOf(key, statsOf(container));
    if (figure === null) continue;
    ranks.set(rowKey(container), figure);
    if (!container.project) continue;
    const project = projectKey(container.engine, container.project);
    ranks.set(project, (ranks.get(project) ?? 0) + figure);
  }
  return ranks;
}
