/** What a container uses, over the last fifteen minutes. The charts are fetched when this is looked at. */

import { html } from "htm/preact";
import { t } from "../lib/i18n.js";
import { limitsOf } from "../lib/inspect.js";
import { isAlive } from "../lib/status.js";
import { lazy } from "../ui/lazy.js";

const Charts = lazy(async () => (await import("./charts.js")).Charts);

/** @param {import("./panel-container.js").TabProps} props */
export function Stats({ container, inspection, recording }) {
  const details = inspection.details.value;
  const hasOwnLimit = details === null || limitsOf(details).memory !== Infinity;
  return html`${!isAlive(container) && html`<p class="panel-note" role="status">${t("chart.not_running")}</p>`}
    <${Charts} engine=${container.engine} recording=${recording} hasOwnLimit=${hasOwnLimit} />`;
}
