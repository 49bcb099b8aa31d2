/** The one page: bar, overview, table, and the panel beside it. */

import { html } from "htm/preact";
import { useSignalEffect } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { t } from "../lib/i18n.js";
import { question, runs } from "../state/bulk.js";
import { containers, engines, loading } from "../state/live.js";
import { selection } from "../state/selection.js";
import { lazy } from "../ui/lazy.js";
import { ContainerTable, NoHits } from "./table.js";
import { Header } from "./header.js";
import { Overlays } from "./overlays.js";
import { Panel } from "./panel.js";
import { onShortcut } from "./shortcuts.js";
import { Skeleton } from "./skeleton.js";
import { Summary } from "./summary.js";

const BulkBar = lazy(async () => (await import("./bulk.js")).BulkBar);
const NoContainers = lazy(async () => (await import("./empty.js")).NoContainers);
const NoEngine = lazy(async () => (await import("./empty.js")).NoEngine);

export function Dashboard() {
  useEffect(() => {
    document.addEventListener("keydown", onShortcut);
    return () => document.removeEventListener("keydown", onShortcut);
  }, []);
  // Small, and perhaps needed when the server can no longer be asked; but after what one came to see.
  useSignalEffect(() => {
    if (!loading.value) for (const part of [BulkBar, NoEngine, NoHits]) part.ahead();
  });
  return html`<div class="app">
    <a class="skip" href="#fleet" onClick=${focusFleet}>${t("page.skip")}</a>
    <${Header} />
    <main class="fleet" id="fleet" tabindex="-1">
      <h1 class="sr">${t("page.title")}</h1>
      <${Summary} />
      <${Fleet} />
      <${Bulk} />
    </main>
    <${Panel} />
    <${Overlays} />
  </div>`;
}

/**
 * The fragment is the panel's; this jump must not touch it.
 *
 * @param {Event} event
 */
function focusFleet(event) {
  event.preventDefault();
  document.getElementById("fleet")?.focus();
}

/** Not before somebody picks something; then it stays, because what it has to say is read out. */
function Bulk() {
  const isNeeded = useRef(false);
  isNeeded.current ||= selection.value.size > 0 || question.value !== null || runs.value.length > 0;
  return isNeeded.current && html`<${BulkBar} />`;
}

/** Engines head the table even where it has no rows: how they are is what one came to see. */
function Fleet() {
  if (loading.value) return html`<${Skeleton} />`;
  if (containers.value.length > 0) return html`<${ContainerTable} />`;
  return html`<${ContainerTable} /><${Nothing} />`;
}

function Nothing() {
  const known = engines.value;
  if (known.some(({ state }) => state === "up" || state === "stale")) return html`<${NoContainers} />`;
  return known.some(({ state }) => state === "connecting") ? html`<${Skeleton} />` : html`<${NoEngine} />`;
}
