/** What a container uses, in three cells of its row: each a figure, and its last two minutes as a line. */

import { html } from "htm/preact";
import { t } from "../lib/i18n.js";
import { Sparkline } from "../ui/sparkline.js";

/** @typedef {{figures: ReturnType<typeof import("../state/figures.js").figuresOf>, hasLines: boolean}} FigureProps */

/** @param {FigureProps} props */
export function CpuCell({ figures, hasLines }) {
  return html`<td role="cell" class="cpu-cell"><div class="amounts">
    <span class="amount">${figures.cpu}</span>
    ${hasLines && html`<${Sparkline} line=${figures.cpuLine} />`}
  </div></td>`;
}

/** @param {FigureProps} props */
export function MemoryCell({ figures, hasLines }) {
  return html`<td role="cell" class="memory-cell"><div class="amounts">
    <span class="amount">${figures.memory}</span>
    ${hasLines && html`<${Sparkline} line=${figures.memoryLine} limit=${figures.memoryLimit} />`}
  </div></td>`;
}

/** @param {FigureProps} props */
export function NetworkCell({ figures, hasLines }) {
  return html`<td role="cell" class="network-cell"><div class="amounts">
    <span class="amount">
      <${Rate} sign="↓" name=${t("host.received")} words=${figures.received} />
      <${Rate} sign="↑" name=${t("host.sent")} words=${figures.sent} />
    </span>
    ${hasLines && html`<${Sparkline} line=${figures.receivedLine} second=${figures.sentLine} />`}
  </div></td>`;
}

/** @param {{sign: string, name: string, words: import("@preact/signals").ReadonlySignal<string>}} props */
function Rate({ sign, name, words }) {
  return html`<span class="rate"><span aria-hidden="true">${sign}</span><span class="sr">${name}</span> ${words}</span>`;
}
