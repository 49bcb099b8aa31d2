/** The counts. Each is a filter: what is wrong is one press away. */

import { html } from "htm/preact";
import { counts } from "../lib/counts.js";
import { hasWord } from "../lib/filter.js";
import { tn } from "../lib/i18n.js";
import { containers, engines, loading } from "../state/live.js";
import { filterText, toggleFilter } from "../state/table.js";
import { StateMark } from "../ui/state-mark.js";

/**
 * Only what needs a look has a colour; the rest is a figure.
 *
 * @type {Record<string, {shape: string, tone: string}>}
 */
const LOOKS = {
  unhealthy: { shape: "unhealthy", tone: "bad" },
  failed: { shape: "failed", tone: "bad" },
  restarting: { shape: "restarting", tone: "warn" },
};

export function Summary() {
  if (loading.value) return html`<div class="summary" data-testid="summary"></div>`;
  const all = containers.value;
  return html`<div class="summary" data-testid="summary">
    <span class="count"><${Figure} text=${tn("summary.engines", engines.value.length)} /></span>
    <span class="count" data-count="total"><${Figure} text=${tn("summary.containers", all.length)} /></span>
    <${Unconfirmed} />
    ${counts(all).map((count) => html`<${Count} key=${count.kind} ...${count} />`)}
  </div>`;
}

/** @param {{kind: string, word: string, count: number}} props */
function Count({ kind, word, count }) {
  const look = LOOKS[kind];
  const pressed = hasWord(filterText.value, word);
  return html`<button
    type="button"
    class="count ${look ? `tone-${look.tone}` : ""}"
    data-count=${kind}
    aria-pressed=${pressed}
    onClick=${() => toggleFilter(word)}
  >
    ${look && html`<${StateMark} ...${look} />`}
    <${Figure} text=${tn(`summary.${kind}`, count)} />
  </button>`;
}

/** How much of the line is only the last known state. */
function Unconfirmed() {
  const stale = new Set(engines.value.filter((engine) => engine.stale).map(({ engine }) => engine));
  const count = containers.value.filter(({ engine }) => stale.has(engine)).length;
  if (count === 0) return null;
  return html`<span class="count tone-warn" data-count="unconfirmed">
    <${StateMark} shape="unconfirmed" tone="warn" />
    <${Figure} text=${tn("summary.unconfirmed", count)} />
  </span>`;
}

/**
 * Sets the number apart from its noun, wherever the language puts it.
 *
 * @param {{text: string}} props
 */
function Figure({ text }) {
  return html`<span>${text.split(/(\d+)/).map((part, at) => (at % 2 ? html`<b>${part}</b>` : part))}</span>`;
}
