/** Light, dark, or as the system wishes. Counterparts: `tokens.css`, `early-choices.js`. */

import { effect, signal } from "@preact/signals";
import { recall, remember } from "../lib/storage.js";

/** @typedef {"auto" | "light" | "dark"} Theme */

/** @type {Theme[]} */
export const THEMES = ["auto", "light", "dark"];

export const theme = signal(remembered());

/** @returns {Theme} */
function remembered() {
  const stored = recall("theme");
  return THEMES.find((candidate) => candidate === stored) ?? "auto";
}

/** @param {Theme} next */
export function chooseTheme(next) {
  theme.value = next;
  remember("theme", next);
}

export function nextTheme() {
  chooseTheme(THEMES[(THEMES.indexOf(theme.peek()) + 1) % THEMES.length]);
}

effect(() => {
  const chosen = theme.value;
  if (chosen === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = chosen;
  colourTheFrame(chosen);
});

/**
 * The browser's own bar knows the system's wish, not the reader's.
 *
 * @param {Theme} chosen
 */
function colourTheFrame(chosen) {
  for (const meta of document.querySelectorAll('meta[name="theme-color"]')) {
    if (!(meta instanceof HTMLMetaElement)) continue;
    const scheme = meta.dataset.scheme ?? "";
    const always = chosen === scheme ? "all" : "not all";
    meta.media = chosen === "auto" ? `(prefers-color-scheme: ${scheme})` : always;
  }
}
