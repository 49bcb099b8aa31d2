/** The one page: bar, overview, table, and the panel beside it. */

import { html } from "htm/preact";
import { useEffect } from "preact/hooks";
import { t } from "../lib/i18n.js";
import { containers, engines, loading } from "../state/live.js";
import { BulkBar } from "./bulk.js";
import { ContainerTable } from "./table.js";
import { NoContainers, NoEngine } from "./empty.js";
import { Header } from "./header.js";
import { Overlays } from "./overlays.js";
import { Panel } from "./panel.js";
import { onShortcut } from "./shortcuts.js";
import { Skeleton } from "./skeleton.js";
import { Summary } from "./summary.js";

export function Dashboard() {
  useEffect(() => {
    document.addEventListener("keydown", onShortcut);
    return () => document.removeEventListener("keydown", onShortcut);
  }, []);
  return html`<div class="app">
    <a class="skip" href="#fleet" onClick=${focusFleet}>${t("page.skip")}</a>
    <${Header} />
    <main class="fleet" id="fleet" tabindex="-1">
      <h1 class="sr">${t("page.title")}</h1>
      <${Summary} />
      <${Fleet} />
      <${BulkBar} />
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
