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

function follow() {
  route.value = readRoute();
}

const phone = matchMedia("(max-width: 640px)");
const isPhone = signal(phone.matches);
phone.addEventListener("change", () => {
  isPhone.value = phone.matches;
});

/** On a phone the panel is a page of its own. Counterpart: `layout.css`. */
export const isTableCovered = computed(
  () => isPhone.value && route.value.view === "home" && route.value.panel !== null,
);

export function startRouting() {
  addEventListener("hashchange", follow);
  addEventListener("popstate", follow);
}

/** Back to the plain page: takes the fragment, and whatever it held, out of the address. */
export function forgetFragment() {
  history.replaceState(null, "", basePath);
  follow();
}

/** Closes what the fragment opened; the Back button opens it again. */
export function closePanel() {
  history.pushState(null, "", basePath);
  follow();
}
