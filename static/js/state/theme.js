/** Light, dark, or as the system wishes. Counterparts: `tokens.css`, `early-theme.js`. */

import { signal } from "@preact/signals";
import { recall, remember } from "../lib/storage.js";

/** @typedef {"auto" | "light" | "dark"} Theme */

/** @type {Theme[]} */
const ORDER = ["auto", "light", "dark"];

export const theme = signal(remembered());

/** @returns {Theme} */
function remembered() {
  const stored = recall("theme");
  return ORDER.find((candidate) => candidate === stored) ?? "auto";
}

export function nextTheme() {
  const next = ORDER[(ORDER.indexOf(theme.value) + 1) % ORDER.length];
  theme.value = next;
  remember("theme", next);
  if (next === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = next;
}
