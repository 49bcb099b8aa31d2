/** Where the page lives and what its address asks for. */

import { computed, signal } from "@preact/signals";
import { parseRoute } from "../lib/route.js";

/** The base path, always with a slash at its end. */
export const basePath = document.querySelector('meta[name="dockmon-base"]')?.getAttribute("content") || "/";

/** The base as an address that other parts can join paths to. */
export const baseUrl = new URL(basePath, location.href).href;

function readRoute() {
  return parseRoute(location.pathname.slice(basePath.length), location.hash);
}

export const route = signal(readRoute());

/** What is open beside the table, null for nothing. */
export const panel = computed(() => (route.value.view === "home" ? route.value.panel : null));

/** How the address says the table is looked at. Counterpart: `table.js`. */
export const query = signal(location.search);

function follow() {
  route.value = readRoute();
  query.value = location.search;
}

const phone = matchMedia("(max-width: 640px)");
export const isPhone = signal(phone.matches);
phone.addEventListener("change", () => {
  isPhone.value = phone.matches;
});

/** On a phone the panel is a page of its own. Counterpart: `layout.css`. */
export const isTableCovered = computed(() => isPhone.value && panel.value !== null);

export function startRouting() {
  addEventListener("hashchange", follow);
  addEventListener("popstate", follow);
}

/** Back to the plain page: takes the fragment, and whatever it held, out of the address. */
export function forgetFragment() {
  history.replaceState(null, "", basePath + location.search);
  follow();
}

/** @param {string} fragment with its "#", of `lib/route.js` */
export function open(fragment) {
  location.hash = fragment;
}

/** Closes what the fragment opened; the Back button opens it again. */
export function closePanel() {
  history.pushState(null, "", basePath + location.search);
  follow();
}

/**
 * Not a step of its own for the Back button: it would go back letter by letter.
 *
 * @param {string} search with its "?", or nothing
 */
export function setQuery(search) {
  if (search === location.search) return;
  history.replaceState(history.state, "", `${location.pathname}${search}${location.hash}`);
  query.value = search;
}
