/** Keys that work anywhere on the page. */

import { route, closePanel } from "../state/page.js";

/** @param {KeyboardEvent} event */
export function onShortcut(event) {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "/" && !isTyping(event.target)) {
    event.preventDefault();
    /** @type {HTMLInputElement | null} */ (document.querySelector("[data-filter]"))?.select();
  }
  if (event.key === "Escape" && !isTyping(event.target) && !document.querySelector(":popover-open")) {
    if (route.value.view === "home" && route.value.panel) closePanel();
  }
}

/** @param {EventTarget | null} target */
function isTyping(target) {
  return target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement;
}
