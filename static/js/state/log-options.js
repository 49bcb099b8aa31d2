/** How a reader likes logs to be shown; as it was left. */

import { computed, signal } from "@preact/signals";
import { dayOf } from "../lib/log-time.js";
import { recall, remember } from "../lib/storage.js";
import { now } from "./clock.js";

/** @typedef {"off" | "local" | "utc"} Times */

/** @type {readonly Times[]} */
export const TIMES = ["off", "local", "utc"];

export const isWrapped = signal(recall("logs.wrap") === "yes");

/** @type {import("@preact/signals").Signal<Times>} */
export const times = signal(TIMES.find((one) => one === recall("logs.times")) ?? "off");

/** The day it is where the times are; lines of any other say theirs. */
export const today = computed(() => (times.value === "off" ? "" : dayOf(now.value, times.value)));

export function toggleWrapped() {
  isWrapped.value = !isWrapped.peek();
  remember("logs.wrap", isWrapped.peek() ? "yes" : "no");
}

/** @param {Times} chosen */
export function setTimes(chosen) {
  times.value = chosen;
  remember("logs.times", chosen);
}
