/**
 * The numbers the table is sorted by, held for a while: rows that change places every second can
 * neither be read nor pressed. Counterpart: `lib/arrange.js`.
 */

import { effect, signal } from "@preact/signals";
import { figureOf, isFigureKey, rowKey } from "../lib/arrange.js";
import { containers, samples, statsOf } from "./live.js";
import { order } from "./table.js";

const HOLD_MS = 5000;

/** @type {import("@preact/signals").Signal<ReadonlyMap<string, number>>} by `rowKey` */
export const ranking = signal(new Map());

let rankedBy = "";
let rankedAt = -Infinity;

effect(() => {
  const { key } = order.value;
  if (!isFigureKey(key) || samples.value.size === 0) return;
  if (key === rankedBy && (performance.now() - rankedAt < HOLD_MS || isAboutToPress())) return;
  rankedBy = key;
  rankedAt = performance.now();
  const figures = containers.peek().map((container) => /** @type {const} */ ([rowKey(container), figureOf(key, statsOf(container))]));
  ranking.value = new Map(figures.flatMap(([row, figure]) => (figure === null ? [] : [[row, figure]])));
});

/** A row must not slip away under a finger that is about to stop a container. */
function isAboutToPress() {
  return document.querySelector(".actions:hover, .actions:focus-within") !== null;
}
