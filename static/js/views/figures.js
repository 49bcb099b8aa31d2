/** What a container uses, in three cells of its row: each a figure, and its last two minutes as a line. */

import { html } from "htm/preact";
import { useMemo, useRef } from "preact/hooks";
import { useSignalEffect } from "@preact/signals";
import { t } from "../lib/i18n.js";
import { figuresOf, lookAt } from "../state/figures.js";
import { useOnScreen } from "../ui/on-screen.js";
import { Sparkline } from "../ui/sparkline.js";

/** @param {{container: {engine: string, id: string}}} props */
export function Figures({ container }) {
  const cell = useRef(/** @type {HTMLElement | null} */ (null));
  const isOnScreen = useOnScreen(cell);
  const figures = useMemo(() => figuresOf(container, isOnScreen), [container.engine, container.id]);
  useSignalEffect(() => (isOnScreen.value ? lookAt() : undefined));
  return html`
    <td role="cell" class="cpu-cell" ref=${cell}>
      <span class="amount">${figures.cpu}</span>
      <${Sparkline} line=${figures.cpuLine} />
    </td>
    <td role="cell" class="memory-cell">
      <span class="amount">${figures.memory}</span>
      <${Sparkline} line=${figures.memoryLine} limit=${figures.memoryLimit} />
    </td>
    <td role="cell" class="network-cell">
      <span class="amount">
        <${Rate} sign="↓" name=${t("host.received")} words=${figures.received} />
        <${Rate} sign="↑" name=${t("host.sent")} words=${figures.sent} />
      </span>
      <${Sparkline} line=${figures.receivedLine} second=${figures.sentLine} />
    </td>
  `;
}

/** @param {{sign: string, name: string, words: import("@preact/signals").ReadonlySignal<string>}} props */
function Rate({ sign, name, words }) {
  return html`<span class="rate"><span aria-hidden="true">${sign}</span><span class="sr">${name}</span> ${words}</span>`;
}
