/** Where lines will be: something is under way, and nothing moves. */

import { html } from "htm/preact";
import { t } from "../lib/i18n.js";

const LINES = [1, 2, 3, 4, 5, 6];

export function AwaitedLines() {
  return html`<div class="panel-skeleton" role="status" data-testid="panel-skeleton">
    <span class="sr">${t("panel.loading")}</span>
    ${LINES.map((line) => html`<span key=${line} class="skeleton-line"></span>`)}
  </div>`;
}
