/** The one page: bar, overview, table, and the panel beside it. */

import { html } from "htm/preact";
import { useEffect } from "preact/hooks";
import { t } from "../lib/i18n.js";
import { containers, engines, loading } from "../state/live.js";
import { route } from "../state/page.js";
import { ContainerTable } from "./table.js";
import { NoContainers, NoEngine } from "./empty.js";
import { Engines } from "./engines.js";
import { Header } from "./header.js";
import { LogPanel } from "./logs.js";
import { onShortcut } from "./shortcuts.js";
import { Summary } from "./summary.js";

export function Dashboard() {
  useEffect(() => {
    document.addEventListener("keydown", onShortcut);
    return () => document.removeEventListener("keydown", onShortcut);
  }, []);
  const address = route.value;
  const panel = address.view === "home" ? address.panel : null;
  return html`<div class="app">
    <a class="skip" href="#fleet" onClick=${focusFleet}>${t("page.skip")}</a>
    <${Header} />
    <main class="fleet" id="fleet" tabindex="-1">
      <h1 class="sr">${t("page.title")}</h1>
      <${Summary} />
      <${Engines} />
      <${Fleet} />
    </main>
    ${panel && html`<${LogPanel} key=${`${panel.engine}/${panel.id}`} engine=${panel.engine} id=${panel.id} />`}
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

function Fleet() {
  if (loading.value) return html`<p class="empty muted" role="status">${t("empty.loading")}</p>`;
  if (containers.value.length > 0) return html`<${ContainerTable} />`;
  const known = engines.value;
  const reachable = known.some(({ state }) => state === "up" || state === "stale");
  if (reachable) return html`<${NoContainers} />`;
  const trying = known.some(({ state }) => state === "connecting");
  return trying ? html`<p class="empty muted" role="status">${t("empty.loading")}</p>` : html`<${NoEngine} />`;
}
