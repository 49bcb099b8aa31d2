/** The cells of a container's row that a reader can choose. Counterparts: `row.js`; `lib/columns.js`, which lists them. */

import { html } from "htm/preact";
import { useMemo } from "preact/hooks";
import { computed } from "@preact/signals";
import { DASH } from "../lib/format.js";
import { ageWords, detailWords, stateMark } from "../lib/status.js";
import { now } from "../state/clock.js";
import { ImageName, PortList } from "../ui/container-text.js";
import { CpuCell, MemoryCell, NetworkCell } from "./figures.js";

/**
 * @typedef {import("../client/types.js").Container} Container
 * @typedef {{
 *   container: Container, host: string | null, words: StateWords,
 *   figures: ReturnType<typeof import("../state/figures.js").figuresOf>, hasLines: boolean,
 * }} CellProps
 * @typedef {{unconfirmed: string | null, pending: string | undefined}} StateWords
 */

/** @type {Record<Exclude<import("../lib/columns.js").Column, "name">, (props: CellProps) => unknown>} */
const CELLS = {
  state: StateCell,
  image: ({ container }) => html`<td role="cell" class="image-cell"><${ImageName} image=${container.image} /></td>`,
  cpu: CpuCell,
  memory: MemoryCell,
  network: NetworkCell,
  ports: ({ container, host }) =>
    html`<td role="cell" class="ports-cell"><${PortList} ports=${container.ports} host=${host} /></td>`,
  age: ({ container }) => html`<td role="cell" class="age-cell"><${Age} container=${container} /></td>`,
  restarts: ({ container }) => html`<td role="cell" class="restarts-cell">${container.restarts ?? DASH}</td>`,
};

/** @param {CellProps & {column: Exclude<import("../lib/columns.js").Column, "name">}} props */
export function Cell({ column, ...props }) {
  return html`<${CELLS[column]} ...${props} />`;
}

/** @param {CellProps} props */
function StateCell({ container, words: { unconfirmed, pending } }) {
  const { tone, word } = stateMark(container);
  const detail = pending ? "" : (unconfirmed ?? detailWords(container));
  const isLoud = !pending && unconfirmed === null && tone === "bad";
  return html`<td role="cell" class="state-cell">
    <span class="words"><span class="state ${isLoud ? "tone-bad" : ""}">${pending ?? word}</span>${detail &&
    html`<span class="detail"> · ${detail}</span>`}</span>
  </td>`;
}

/**
 * The clock changes this text alone, and only when its words change.
 *
 * @param {{container: Container}} props
 */
function Age({ container }) {
  return useMemo(() => computed(() => ageWords(container, now.value)), [container]);
}
