/** The command palette: a few letters, and whatever fits them is one Enter away. */

import { html } from "htm/preact";
import { useId, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { fuzzy } from "../lib/fuzzy.js";
import { t } from "../lib/i18n.js";
import { Dialog } from "../ui/dialog.js";
import { Icon } from "../ui/icons.js";
import { commands } from "./commands.js";

/**
 * @typedef {import("./commands.js").Command} Command
 * @typedef {{command: Command, places: ReadonlySet<number>}} Found
 */

/** More than one looks through; who has more to choose from types another letter. */
const SHOWN = 50;
const STEPS = /** @type {Record<string, number>} */ ({ ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 });

/** @param {{container: import("../client/types.js").Container | null, onClose: () => void}} props */
export function Palette({ container, onClose }) {
  const [query, setQuery] = useState("");
  const [at, setAt] = useState(0);
  // Made once: what one is about to press must not move away under the finger.
  const all = useMemo(() => commands(container), []);
  const found = useMemo(() => find(all, query), [query]);
  const id = useId();

  /** @param {Command | undefined} command @param {HTMLElement} from */
  const run = (command, from) => {
    if (!command) return;
    // First of all: closing gives the focus back, and the command may want it elsewhere.
    from.closest("dialog")?.close();
    onClose();
    command.run();
  };
  /** @param {KeyboardEvent & {currentTarget: HTMLElement}} event */
  const onKeyDown = (event) => {
    if (event.isComposing) return;
    const step = STEPS[event.key];
    if (event.key === "Enter") run(found[at]?.command, event.currentTarget);
    else if (step && found.length > 0) setAt(stepped(at, step, found.length));
    else return;
    event.preventDefault();
  };
  return html`<${Dialog} label=${t("palette.title")} className="palette" onClose=${onClose} testid="palette">
    <input
      type="text"
      role="combobox"
      class="palette-input"
      autofocus
      aria-label=${t("palette.title")}
      aria-expanded=${found.length > 0}
      aria-controls=${id}
      aria-autocomplete="list"
      aria-activedescendant=${found.length > 0 ? `${id}-${at}` : undefined}
      placeholder=${t("palette.placeholder")}
      spellcheck=${false}
      autocomplete="off"
      autocapitalize="none"
      value=${query}
      onInput=${(/** @type {{currentTarget: HTMLInputElement}} */ event) => {
        setQuery(event.currentTarget.value);
        setAt(0);
      }}
      onKeyDown=${onKeyDown}
    />
    <ul class="palette-list" id=${id} role="listbox" aria-label=${t("palette.results")}>
      ${found.map(
        ({ command, places }, index) =>
          html`<${Option}
            key=${command.key}
            id=${`${id}-${index}`}
            command=${command}
            places=${places}
            isActive=${index === at}
            onPress=${run}
          />`,
      )}
    </ul>
    ${found.length === 0 && html`<p class="palette-none muted" role="status">${t("palette.none")}</p>`}
  <//>`;
}

/**
 * Without a query everything stands in its own order; with one, the best first.
 *
 * @param {Command[]} all
 * @param {string} query
 * @returns {Found[]}
 */
function find(all, query) {
  const isTyped = query.trim() !== "";
  const hits = all.flatMap((command) => {
    const hit = isTyped || !command.isFar ? fuzzy(query, command.label) : null;
    return hit ? [{ command, places: hit.places, score: hit.score }] : [];
  });
  const distance = (/** @type {Found} */ { command }) => Number(command.isFar ?? false);
  if (isTyped) hits.sort((a, b) => distance(a) - distance(b) || b.score - a.score);
  return hits.slice(0, SHOWN);
}

/**
 * One step goes around the ends; a page stops at them.
 *
 * @param {number} at
 * @param {number} step
 * @param {number} length
 */
function stepped(at, step, length) {
  if (Math.abs(step) === 1) return (at + step + length) % length;
  return Math.min(length - 1, Math.max(0, at + step));
}

/**
 * @param {{
 *   id: string, command: Command, places: ReadonlySet<number>, isActive: boolean,
 *   onPress: (command: Command, from: HTMLElement) => void,
 * }} props
 */
function Option({ id, command, places, isActive, onPress }) {
  const item = useRef(/** @type {HTMLElement | null} */ (null));
  useLayoutEffect(() => {
    if (isActive) item.current?.scrollIntoView({ block: "nearest" });
  }, [isActive]);
  return html`<li
    ref=${item}
    id=${id}
    role="option"
    class="palette-option"
    aria-selected=${isActive}
    onClick=${(/** @type {{currentTarget: HTMLElement}} */ event) => onPress(command, event.currentTarget)}
  >
    <${Icon} name=${command.icon} />
    <span class="palette-label"><${Marked} text=${command.label} places=${places} /></span>
    <span class="palette-hint muted">${command.hint}</span>
  </li>`;
}

/** @param {{text: string, places: ReadonlySet<number>}} props */
function Marked({ text, places }) {
  /** @type {{isHit: boolean, text: string}[]} */
  const runs = [];
  for (let at = 0; at < text.length; at += 1) {
    const isHit = places.has(at);
    const last = runs.at(-1);
    if (last?.isHit === isHit) last.text += text[at];
    else runs.push({ isHit, text: text[at] });
  }
  return runs.map((run) => (run.isHit ? html`<b>${run.text}</b>` : run.text));
}
