/** Keys that work anywhere on the page. Counterparts: `help.js`, which lists them; `lib/keys.js`. */

import { isTyping, keyOf } from "../lib/keys.js";
import { containerHref } from "../lib/route.js";
import { offers } from "../lib/rules.js";
import { press } from "../state/activity.js";
import { currentContainer } from "../state/current.js";
import { moveCursor } from "../state/cursor.js";
import { openHelp, openPalette, overlay } from "../state/overlay.js";
import { closePanel, open, panel } from "../state/page.js";
import { toggleSelected } from "../state/selection.js";
import { role } from "../state/session.js";

/**
 * @typedef {{name: string, keys: string[], run: () => void, isHeld?: boolean}} Shortcut
 *   `name` is the end of its words' key; `isHeld`: goes on while the key is held down
 */

/** @type {Shortcut[]} in the order of the help */
export const SHORTCUTS = [
  { name: "palette", keys: ["Mod", "K"], run: () => openPalette(currentContainer()) },
  { name: "filter", keys: ["/"], run: focusFilter },
  { name: "next", keys: ["j"], run: () => moveCursor(1), isHeld: true },
  { name: "previous", keys: ["k"], run: () => moveCursor(-1), isHeld: true },
  { name: "open", keys: ["Enter"], run: () => show("overview") },
  { name: "logs", keys: ["l"], run: () => show("logs") },
  { name: "stop_start", keys: ["s"], run: () => act(["stop", "start"]) },
  { name: "restart", keys: ["r"], run: () => act(["restart"]) },
  { name: "select", keys: ["x"], run: select },
  { name: "leave", keys: ["Escape"], run: close },
  { name: "help", keys: ["?"], run: openHelp },
];

/** Something that has keys of its own lies over the page. */
const OVER = "dialog[open], :popover-open";
/** Enter is theirs. A row's own link is the row: the focus may be a moment behind the cursor. */
const PRESSABLE = "a:not([data-row-link]), button, summary, [role=button], [role=option], [role=tab], input";

/** @param {KeyboardEvent} event */
export function onShortcut(event) {
  // A dialog that is still on its way counts: what is typed for it must not act here.
  if (event.defaultPrevented || event.isComposing || overlay.peek() || document.querySelector(OVER)) return;
  const shortcut = shortcutOf(event);
  if (!shortcut || (event.repeat && !shortcut.isHeld)) return;
  event.preventDefault();
  shortcut.run();
}

/** @param {KeyboardEvent} event */
function shortcutOf(event) {
  const key = keyOf(event);
  const isPalette = key === "k" && (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey;
  if (isPalette) return SHORTCUTS[0];
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return undefined;
  // "?" and "/" need Shift on some keyboards; a letter with it is another letter.
  if (event.shiftKey && /^[a-z]$/.test(key)) return undefined;
  if (key === "Enter" && event.target instanceof Element && event.target.closest(PRESSABLE)) return undefined;
  return SHORTCUTS.find(({ keys }) => keys.length === 1 && keys[0] === key);
}

function focusFilter() {
  /** @type {HTMLInputElement | null} */ (document.querySelector("[data-filter]"))?.select();
}

/** @param {import("../lib/route.js").Tab} tab */
function show(tab) {
  const container = currentContainer();
  if (container) open(containerHref(container, tab));
}

/** @param {import("../lib/rules.js").Action[]} actions whichever its state allows */
function act(actions) {
  const container = currentContainer();
  const offer = container && offers(role.value, container.state).find(({ action }) => actions.includes(action));
  if (container && offer) press(container, offer);
}

function select() {
  const container = currentContainer();
  if (container) toggleSelected(container);
}

function close() {
  if (panel.peek()) closePanel();
}
