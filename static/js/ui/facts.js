/** Facts as name and value, under a heading. */

import { html } from "htm/preact";
import { useId } from "preact/hooks";

/**
 * @param {{title: string, name?: string, aside?: unknown, children?: unknown}} props
 *   `aside` stands beside the heading
 */
export function Section({ title, name, aside, children }) {
  const id = useId();
  return html`<section class="facts" aria-labelledby=${id} data-section=${name}>
    <div class="facts-head"><h3 id=${id}>${title}</h3>${aside && html`<span class="facts-aside">${aside}</span>`}</div>
    ${children}
  </section>`;
}

/** @param {{name: unknown, fact?: string, children?: unknown}} props nothing is drawn without a value */
export function Fact({ name, fact, children }) {
  if (children == null || children === "" || children === false) return null;
  return html`<div class="fact" data-fact=${fact}><dt>${name}</dt><dd>${children}</dd></div>`;
}
