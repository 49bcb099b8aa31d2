/** Tabs that are links: each has an address, and arrow keys go from one to the next. */

import { html } from "htm/preact";
import { useLayoutEffect } from "preact/hooks";

/**
 * @typedef {{name: string, label: string, href: string}} TabLink
 * @param {{label: string, tabs: TabLink[], selected: string, panelId: string}} props
 */
export function Tabs({ label, tabs, selected, panelId }) {
  // On a phone there may be no room for all.
  useLayoutEffect(() => {
    document.getElementById(tabId(panelId, selected))?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, [selected]);
  return html`<div class="tabs" role="tablist" aria-label=${label} onKeyDown=${onKeyDown}>
    ${tabs.map(
      ({ name, label: word, href }) =>
        html`<a
          key=${name}
          role="tab"
          id=${tabId(panelId, name)}
          href=${href}
          data-tab=${name}
          aria-selected=${name === selected}
          aria-controls=${panelId}
          tabindex=${name === selected ? 0 : -1}
        >
          ${word}
        </a>`,
    )}
  </div>`;
}

/** @param {string} panelId @param {string} name */
export function tabId(panelId, name) {
  return `${panelId}-${name}`;
}

/** @type {Record<string, (at: number, last: number) => number>} */
const STEPS = {
  ArrowRight: (at, last) => (at === last ? 0 : at + 1),
  ArrowLeft: (at, last) => (at === 0 ? last : at - 1),
  Home: () => 0,
  End: (_at, last) => last,
};

/** @param {KeyboardEvent & {currentTarget: HTMLElement}} event */
function onKeyDown(event) {
  const step = STEPS[event.key];
  const links = [...event.currentTarget.querySelectorAll("a")];
  const at = links.indexOf(/** @type {HTMLAnchorElement} */ (document.activeElement));
  if (!step || at < 0 || event.altKey || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  event.stopPropagation();
  const next = links[step(at, links.length - 1)];
  next.focus();
  next.click();
}
