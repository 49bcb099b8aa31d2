/** The mark of what came of an action: a shape that can be told without its colour. Words stand beside it. */

import { html } from "htm/preact";

/** @type {Record<string, {tone: string, strokes: string[], dashes?: string}>} */
const MARKS = {
  waiting: { tone: "quiet", strokes: ["M1.5 6a4.5 4.5 0 1 1 9 0 4.5 4.5 0 1 1-9 0"], dashes: "1.2 2.3" },
  done: { tone: "ok", strokes: ["M2 6.5 4.8 9.2 10 3.2"] },
  refused: { tone: "bad", strokes: ["M3.9 1h4.2L11 3.9v4.2L8.1 11H3.9L1 8.1V3.9z", "M6 3.6v3M6 8.6v.01"] },
  unknown: { tone: "warn", strokes: ["M2.2 4.2a4 4 0 1 1 5.4 3.4c-1 .5-1.6 1-1.6 1.9", "M6 11.4v.01"] },
  gone: { tone: "quiet", strokes: ["M2 6h8"] },
  itself: { tone: "warn", strokes: ["M6 1 11 6 6 11 1 6z", "M6 4v2.4M6 8.2v.01"] },
  unsent: { tone: "quiet", strokes: ["M1.5 6a4.5 4.5 0 1 1 9 0 4.5 4.5 0 1 1-9 0", "M2.9 9.1l6.2-6.2"] },
};

/** @param {{kind: import("../lib/outcomes.js").Kind}} props */
export function OutcomeMark({ kind }) {
  if (kind === "pending") return html`<span class="spinner" aria-hidden="true"></span>`;
  const { tone, strokes, dashes } = MARKS[kind];
  return html`<svg
    class="tone-${tone}"
    width="12"
    height="12"
    viewBox="0 0 12 12"
    fill="none"
    stroke="currentColor"
    stroke-width="1.3"
    stroke-linecap="round"
    stroke-linejoin="round"
    aria-hidden="true"
    stroke-dasharray=${dashes}
    data-mark=${kind}
  >
    ${strokes.map((d) => html`<path d=${d} />`)}
  </svg>`;
}
