/** The machine under an engine, in the engine's head: figures, and their last two minutes. */

import { html } from "htm/preact";
import { useMemo } from "preact/hooks";
import { t } from "../lib/i18n.js";
import { hostFiguresOf } from "../state/host-figures.js";
import { Meter } from "../ui/meter.js";
import { Sparkline } from "../ui/sparkline.js";

/** @typedef {import("@preact/signals").ReadonlySignal<string>} Words */

/** @param {{engine: string}} props */
export function HostFigures({ engine }) {
  const figures = useMemo(() => hostFiguresOf(engine), [engine]);
  return html`<dl class="figures">
    <div class="figure" data-figure="cpu">
      <dt>${t("host.cpu")}</dt>
      <dd class="is-percent">${figures.cpu}</dd>
      <${Sparkline} line=${figures.cpuLine} />
    </div>
    <div class="figure" data-figure="memory">
      <dt>${t("host.memory")}</dt>
      <dd class="is-pair">${figures.memory}</dd>
      <${Sparkline} line=${figures.memoryLine} />
    </div>
    <div class="figure" data-figure="disk">
      <dt>${t("host.disk")} <span class="mono">${figures.diskName}</span></dt>
      <dd class="is-percent">${figures.disk}</dd>
      <${DiskMeter} share=${figures.diskShare} />
    </div>
    <div class="figure" data-figure="network">
      <dt class="sr">${t("table.network")}</dt>
      <dd class="is-rate"><${Rate} sign="↓" name=${t("host.received")} words=${figures.received} /></dd>
      <dd class="is-rate"><${Rate} sign="↑" name=${t("host.sent")} words=${figures.sent} /></dd>
      <${Sparkline} line=${figures.receivedLine} second=${figures.sentLine} />
    </div>
  </dl>`;
}

/** @param {{share: import("@preact/signals").ReadonlySignal<number | null>}} props */
function DiskMeter({ share }) {
  return html`<${Meter} used=${share.value} total=${1} />`;
}

/** @param {{sign: string, name: string, words: Words}} props */
function Rate({ sign, name, words }) {
  return html`<span aria-hidden="true" class="muted">${sign}</span><span class="sr">${name}</span> ${words}`;
}
