/** The table's shape while its rows are on their way, as high as what takes its place: nothing jumps. */

import { html } from "htm/preact";
import { t } from "../lib/i18n.js";

/** Of names; the widths of a fleet, not of a fence. */
const WIDTHS = [64, 92, 76, 110, 58, 84, 98, 70];

export function Skeleton() {
  return html`<div class="skeleton" data-testid="skeleton">
    <p class="sr" role="status">${t("empty.loading")}</p>
    <div aria-hidden="true">
      <div class="skeleton-head"></div>
      <div class="skeleton-engine"><${Bar} width=${120} /></div>
      ${WIDTHS.map((width) => html`<div key=${width} class="skeleton-row"><${Bar} width=${width} /><${Bar} width=${width / 2} /></div>`)}
    </div>
  </div>`;
}

/** @param {{width: number}} props */
function Bar({ width }) {
  return html`<span class="skeleton-bar" style=${{ width: `${width}px` }}></span>`;
}
