/**
 * A button with a menu. The browser's own popover does the hard part: it is
 * never clipped, and closes on Escape and on a press elsewhere.
 */

import { html } from "htm/preact";
import { useId, useLayoutEffect, useRef, useState } from "preact/hooks";
import { Icon } from "./icons.js";

/**
 * @typedef {{label: string, icon?: string, name?: string, danger?: boolean, run: () => void, data?: Record<string, string>}} MenuItem
 * @param {{
 *   label: string, items: MenuItem[], className?: string, disabled?: boolean,
 *   note?: unknown, children?: unknown, data?: Record<string, string>,
 * }} props `children` is what stands on the button
 */
export function Menu({ label, items, className = "icon-button", disabled, note, children, data }) {
  const id = useId();
  const button = useRef(/** @type {HTMLButtonElement | null} */ (null));
  const popover = useRef(/** @type {HTMLElement | null} */ (null));
  const [open, setOpen] = useState(false);

  /** @param {ToggleEvent} event */
  const onBeforeToggle = (event) => {
    if (event.newState === "open") placeBelow(popover.current, button.current);
  };
  // A closed menu has no items: five hundred rows have five hundred menus.
  useLayoutEffect(() => {
    if (open) popover.current?.querySelector("button")?.focus();
  }, [open]);
  /** @param {MenuItem} item */
  const choose = (item) => {
    popover.current?.hidePopover();
    item.run();
  };

  return html`
    <button
      type="button"
      ref=${button}
      class=${className}
      aria-label=${label}
      title=${label}
      aria-haspopup="menu"
      aria-expanded=${open}
      disabled=${disabled}
      popovertarget=${id}
      ...${data}
    >
      ${children}
    </button>
    <div
      id=${id}
      ref=${popover}
      class="menu"
      popover="auto"
      role="menu"
      aria-label=${label}
      onBeforeToggle=${onBeforeToggle}
      onToggle=${(/** @type {ToggleEvent} */ event) => setOpen(event.newState === "open")}
      onKeyDown=${moveFocus}
    >
      ${open && note}
      ${open && items.map((item) => html`<${Item} item=${item} onChoose=${choose} />`)}
    </div>
  `;
}

/** @param {{item: MenuItem, onChoose: (item: MenuItem) => void}} props */
function Item({ item, onChoose }) {
  return html`<button
    type="button"
    role="menuitem"
    class="menu-item ${item.danger ? "danger" : ""}"
    aria-label=${item.name ?? item.label}
    onClick=${() => onChoose(item)}
    ...${item.data}
  >
    ${item.icon && html`<${Icon} name=${item.icon} />`} ${item.label}
  </button>`;
}

/** @param {KeyboardEvent & {currentTarget: HTMLElement}} event */
function moveFocus(event) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step) return;
  event.preventDefault();
  const items = [...event.currentTarget.querySelectorAll("button")];
  const at = items.indexOf(/** @type {HTMLButtonElement} */ (document.activeElement));
  items[(at + step + items.length) % items.length]?.focus();
}

const MARGIN = 4;

/**
 * Right edges together, below the button. Set through CSSOM, which the content
 * policy allows; CSS anchors are not everywhere yet.
 *
 * @param {HTMLElement | null} popover
 * @param {HTMLElement | null} button
 */
export function placeBelow(popover, button) {
  if (!popover || !button) return;
  const box = button.getBoundingClientRect();
  const below = innerHeight - box.bottom;
  popover.style.right = `${document.documentElement.clientWidth - box.right}px`;
  popover.style.left = "auto";
  // Opens upwards near the bottom edge; its height is not known before it is shown.
  const upwards = below < 180 && box.top > below;
  popover.style.top = upwards ? "auto" : `${box.bottom + MARGIN}px`;
  popover.style.bottom = upwards ? `${innerHeight - box.top + MARGIN}px` : "auto";
}
