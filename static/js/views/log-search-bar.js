/** Looking for something in a log: what, how, and from match to match. Counterpart: `state/log-search.js`. */

import { html } from "htm/preact";
import { t, tn } from "../lib/i18n.js";
import { indexOf } from "../lib/log-window.js";
import { IconButton } from "../ui/icon-button.js";
import { Icon } from "../ui/icons.js";

/** @typedef {import("./log-lines.js").LogParts} LogParts */

/** @param {LogParts} props */
export function LogSearchBar(props) {
  const { search } = props;
  const isOn = search.pattern.value !== "";
  return html`<div class="log-search" role="search">
    <label class="log-field">
      <${Icon} name="search" />
      <input
        type="search"
        data-log-search
        aria-label=${t("logs.search")}
        placeholder=${t("logs.search")}
        spellcheck="false"
        autocomplete="off"
        value=${search.pattern.value}
        onInput=${(/** @type {{currentTarget: HTMLInputElement}} */ event) => (search.pattern.value = event.currentTarget.value)}
        onKeyDown=${(/** @type {KeyboardEvent} */ event) => onKey(event, props)}
      />
    </label>
    <${Switch} state=${search.withCase} label=${t("logs.case")}>Aa<//>
    <${Switch} state=${search.isFilter} label=${t("logs.filter")}><${Icon} name="filter" /><//>
    <${IconButton} icon="up" label=${t("logs.previous")} disabled=${!isOn} onClick=${() => goToMatch(props, -1)} />
    <${IconButton} icon="down" label=${t("logs.next")} disabled=${!isOn} onClick=${() => goToMatch(props, 1)} />
    <span class="log-count" role="status" data-testid="log-count">${isOn && countWords(props)}</span>
  </div>`;
}

/** @param {{state: import("@preact/signals").Signal<boolean>, label: string, children?: unknown}} props */
function Switch({ state, label, children }) {
  return html`<button
    type="button"
    class="icon-button"
    aria-pressed=${state.value}
    aria-label=${label}
    title=${label}
    onClick=${() => (state.value = !state.peek())}
  >
    ${children}
  </button>`;
}

/** @param {KeyboardEvent} event @param {LogParts} props */
function onKey(event, props) {
  if (event.isComposing) return;
  if (event.key === "Enter") goToMatch(props, event.shiftKey ? 1 : -1);
  else if (event.key === "Escape" && props.search.pattern.peek() !== "") props.search.pattern.value = "";
  else if (event.key === "Escape") focusLines(event.currentTarget);
  else return;
  event.preventDefault();
  event.stopPropagation();
}

/** @param {EventTarget | null} from */
function focusLines(from) {
  const lines = /** @type {HTMLElement} */ (from).closest("[data-testid=logs]")?.querySelector("[data-log-lines]");
  if (lines instanceof HTMLElement) lines.focus({ preventScroll: true });
}

/**
 * Begins at the end, where the newest is; goes round at the edges.
 *
 * @param {LogParts} props
 * @param {1 | -1} step
 */
export function goToMatch(props, step) {
  const { search, reading } = props;
  const found = search.matches.peek();
  if (found.length === 0) return;
  const current = reading.current.peek();
  const at = current === null ? found.length : indexOf(found, current);
  const isThere = found[at]?.seq === current;
  const next = step === -1 ? at - 1 : isThere ? at + 1 : at;
  reading.goTo(found[(next + found.length) % found.length].seq);
}

/** @param {LogParts} props */
function countWords({ search, reading }) {
  if (search.status.value === "slow") return t("logs.slow");
  if (search.status.value === "failed") return t("logs.search_failed");
  const found = search.matches.value;
  if (found.length === 0 && !search.isJudged.value) return "";
  const at = reading.current.value === null ? -1 : found.findIndex(({ seq }) => seq === reading.current.value);
  const words = at < 0 ? tn("logs.matches", found.length) : t("logs.match_of", { n: at + 1, count: found.length });
  return search.isLiteral.value ? `${words} · ${t("logs.literal")}` : words;
}
