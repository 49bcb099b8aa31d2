/** An engine as a head in the table: whether it can be believed, and how its machine is doing. */

import { html } from "htm/preact";
import { useMemo } from "preact/hooks";
import { computed, useComputed } from "@preact/signals";
import { reasonWords, unconfirmedWords } from "../lib/engine-words.js";
import { duration } from "../lib/format.js";
import { t } from "../lib/i18n.js";
import { now } from "../state/clock.js";
import { connection, engines, hosts, versions } from "../state/live.js";
import { StateMark } from "../ui/state-mark.js";
import { Fold } from "./fold.js";
import { HostFigures } from "./host.js";

/** @typedef {import("../client/types.js").EngineView} EngineView */

/** @type {Record<string, {shape: string, tone: string}>} */
const LOOKS = {
  up: { shape: "running", tone: "ok" },
  connecting: { shape: "restarting", tone: "quiet" },
  stale: { shape: "unconfirmed", tone: "warn" },
  down: { shape: "failed", tone: "bad" },
};

/** @param {{item: import("../lib/items.js").EngineItem, index: number}} props */
export function EngineRow({ item, index }) {
  const { engine, key, isOpen } = item;
  const hasHost = useComputed(() => hosts.value.has(engine.engine)).value;
  // The machine's figures come from dockmon itself: they age with the page's connection, not the engine's.
  const isLive = connection.value.status === "connected";
  const isSilentlyStale = engine.stale && engine.state === "up";
  return html`<tr
    role="row"
    aria-rowindex=${index}
    class="engine ${isLive ? "" : "is-silent"}"
    data-key=${key}
    data-testid="engine"
    data-engine=${engine.engine}
    data-state=${engine.state}
  >
    <th role="rowheader" scope="row" class="engine-name">
      <${Fold} name=${key} isOpen=${isOpen}>
        <${StateMark} ...${LOOKS[isSilentlyStale ? "stale" : engine.state]} />
        <strong>${engine.engine}</strong>
      <//>
      ${!isSilentlyStale && html`<span class="muted">${t(`engine.${engine.state}`)}</span>`}
      <${Version} engine=${engine} />
      ${(!isOpen || engines.value.length > 1) && html`<${Count} engine=${engine} />`}
    </th>
    <td role="cell" class="engine-rest">
      ${engine.stale && engine.state !== "connecting" && html`<${Unconfirmed} engine=${engine} />`}
      ${hasHost && html`<${HostFigures} engine=${engine.engine} />`}
    </td>
  </tr>`;
}

/** @param {{engine: EngineView}} props */
function Count({ engine }) {
  const { total = 0, running = 0 } = engine.summary;
  return total > 0 && html`<span class="muted">${t("table.group_running", { running, total })}</span>`;
}

/** @param {{engine: EngineView}} props */
function Version({ engine }) {
  const version = versions.value.get(engine.engine);
  return version && !engine.stale && html`<span class="engine-version muted">${t("engine.version", { version })}</span>`;
}

/**
 * Since when, for how long, and why. The clock changes this text alone.
 *
 * @param {{engine: EngineView}} props
 */
function Unconfirmed({ engine }) {
  const { confirmed_at, reason } = engine;
  const since = useMemo(() => computed(() => sinceWords(confirmed_at)), [confirmed_at]);
  return html`<span class="engine-reason muted">${since}${reason ? ` · ${reasonWords(reason)}` : ""}</span>`;
}

/** @param {number | null} confirmedAt */
function sinceWords(confirmedAt) {
  const words = unconfirmedWords(confirmedAt, now.value);
  return confirmedAt === null ? words : `${words} (${duration(now.value - confirmedAt)})`;
}
