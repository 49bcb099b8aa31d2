/** The counts, each a filter: what is wrong is one press away. Beside them, how the table is looked at. */

import { html } from "htm/preact";
import { counts, isSilent } from "../lib/counts.js";
import { hasWord } from "../lib/filter.js";
import { engineKey } from "../lib/items.js";
import { tn } from "../lib/i18n.js";
import { callRow } from "../state/cursor.js";
import { connection, containers, engines, hearsNothing, loading } from "../state/live.js";
import { filterText, toggleFilter } from "../state/table.js";
import { StateMark } from "../ui/state-mark.js";
import { GroupingChoice, ViewMenu } from "./columns.js";

/**
 * Only what needs a look has a colour; the rest is a figure.
 *
 * @type {Record<string, {shape: string, tone: string}>}
 */
const LOOKS = {
  unhealthy: { shape: "unhealthy", tone: "bad" },
  failed: { shape: "failed", tone: "bad" },
  oom: { shape: "failed", tone: "bad" },
  restarting: { shape: "restarting", tone: "warn" },
};

export function Summary() {
  const all = containers.value;
  return html`<div class="summary">
    <div class="counts" data-testid="summary">${!loading.value && html`<${Counts} all=${all} />`}</div>
    <div class="view-choices"><${GroupingChoice} /><${ViewMenu} /></div>
  </div>`;
}

/** @param {{all: readonly import("../client/types.js").Container[]}} props */
function Counts({ all }) {
  return html`
    <span class="count"><${Figure} text=${tn("summary.engines", engines.value.length)} /></span>
    <span class="count" data-count="total"><${Figure} text=${tn("summary.containers", all.length)} /></span>
    <${TroubledEngines} />
    <${Unconfirmed} />
    ${counts(all).map((count) => html`<${Count} key=${count.kind} ...${count} />`)}
  `;
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

/** An engine that is away may stand far below: a press goes to it. */
function TroubledEngines() {
  return TROUBLES.map(({ state, is, tone, shape, words }) => {
    const troubled = engines.value.filter(is);
    if (troubled.length === 0) return null;
    return html`<button
      type="button"
      key=${state}
      class="count tone-${tone}"
      data-count="engines-${state}"
      onClick=${() => goTo(engineKey(troubled[0].engine))}
    >
      <${StateMark} shape=${shape} tone=${tone} />
      <${Figure} text=${tn(words, troubled.length)} />
    </button>`;
  });
}

/** @typedef {import("../client/types.js").EngineView} EngineView */

/** Without a word of dockmon every engine is silent, which says nothing about them. @param {EngineView} engine */
function isToldSilent(engine) {
  return engine.state === "stale" || (connection.value.status === "connected" && !hearsNothing.value && isSilent(engine));
}

/** A filter leaves out engines without a hit. @param {string} key */
function goTo(key) {
  if (callRow(key)) return;
  filterText.value = "";
  callRow(key);
}

const TROUBLES = [
  {
    state: "down",
    is: (/** @type {EngineView} */ { state }) => state === "down",
    tone: "bad",
    shape: "failed",
    words: "title.engines_down",
  },
  { state: "stale", is: isToldSilent, tone: "warn", shape: "unconfirmed", words: "title.engines_stale" },
];

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
