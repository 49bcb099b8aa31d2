/** A thin bar under a figure: context, never the figure itself, so it is hidden from readers. */

import { html } from "htm/preact";

const WARN_AT = 0.8;
const BAD_AT = 0.95;

/**
 * @param {{used: number | null | undefined, total: number | null | undefined}} props
 */
export function Meter({ used, total }) {
  const share = used == null || !total ? null : Math.min(1, Math.max(0, used / total));
  const tone = share == null || share < WARN_AT ? "" : share < BAD_AT ? "warn" : "bad";
  // Width as an SVG attribute: the content policy allows no inline style.
  return html`<svg class="meter ${tone}" aria-hidden="true">
    <rect class="meter-track" width="100%" height="3" rx="1.5" />
    ${share != null && html`<rect class="meter-fill" width="${(share * 100).toFixed(1)}%" height="3" rx="1.5" />`}
  </svg>`;
}
