/** The mark of a state: a shape that can be told without its colour. The word stands beside it. */

import { html } from "htm/preact";

/** @type {Record<string, () => unknown>} */
const SHAPES = {
  running: () => html`<circle cx="6" cy="6" r="4" fill="currentColor" />`,
  unhealthy: () => html`<path d="M6 1.2 11.4 10.8H.6z" fill="currentColor" stroke="currentColor" stroke-linejoin="round" />`,
  restarting: () => html`<circle cx="6" cy="6" r="4" /><path d="M6 2a4 4 0 0 0 0 8z" fill="currentColor" />`,
  paused: () => html`<path d="M3.6 2v8M8.4 2v8" stroke-width="2.2" />`,
  created: () => html`<circle cx="6" cy="6" r="4" />`,
  failed: () => html`<path d="M2.4 2.4l7.2 7.2M9.6 2.4 2.4 9.6" stroke-width="2" />`,
  finished: () => html`<circle cx="6" cy="6" r="2" fill="currentColor" stroke="none" />`,
  removing: () => html`<path d="M2 6h8" stroke-width="2" />`,
  unconfirmed: () => html`<circle cx="6" cy="6" r="4" stroke-dasharray="2 2.19" />`,
};

/**
 * @param {{shape: string, tone: string}} props
 */
export function StateMark({ shape, tone }) {
  return html`<svg
    class="state-mark tone-${tone}"
    width="12"
    height="12"
    viewBox="0 0 12 12"
    fill="none"
    stroke="currentColor"
    stroke-width="1.5"
    stroke-linecap="round"
    aria-hidden="true"
  >
    ${SHAPES[shape]()}
  </svg>`;
}
