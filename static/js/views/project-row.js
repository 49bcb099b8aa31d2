/** A compose project as a head in the table: how many run, what is wrong, what it uses in all. */

import { html } from "htm/preact";
import { useMemo } from "preact/hooks";
import { t, tn } from "../lib/i18n.js";
import { projectMark, projectState } from "../lib/projects.js";
import { visibleText } from "../lib/visible-text.js";
import { oldnessOf, totalsOf } from "../state/figures.js";
import { memo } from "../ui/memo.js";
import { StateMark } from "../ui/state-mark.js";
import { ProjectActions } from "./project-actions.js";
import { Fold } from "./fold.js";

/**
 * @typedef {import("../client/types.js").Container} Container
 * @typedef {import("../lib/columns.js").Layout} Layout
 * @typedef {{
 *   name: string, engine: string, project: string, isOpen: boolean, members: readonly Container[],
 *   isStale: boolean, layout: Layout, index: number,
 * }} ProjectProps `name` is its key in the list
 */

export const ProjectRow = memo(
  /** @param {ProjectProps} props */
  ({ name, engine, project, isOpen, members, isStale, layout, index }) => {
    const state = useMemo(() => projectState(members), [members]);
    const totals = useMemo(() => totalsOf(engine, members), [engine, members]);
    const { shape, tone } = isStale ? { shape: "unconfirmed", tone: "quiet" } : projectMark(state);
    // A project has no image: its words have the room.
    const hasImage = layout.columns.includes("image");
    /** @type {Partial<Record<import("../lib/columns.js").Column, unknown>>} */
    const cells = {
      state: html`<${Running} state=${state} isLoud=${!isStale && tone === "bad"} />`,
      cpu: html`<span class="amount">${totals.cpu}</span>`,
      memory: html`<span class="amount">${totals.memory}</span>`,
    };
    return html`<tr
      role="row"
      aria-rowindex=${index}
      class="project-row ${isStale ? "is-stale" : ""} ${oldnessOf(engine).value ? "has-old-figures" : ""}"
      data-key=${name}
      data-testid="project"
      data-engine=${engine}
      data-project=${project}
      data-shape=${shape}
    >
      <td role="cell" class="select-cell"></td>
      <th role="rowheader" scope="row" class="name-cell">
        <${Fold} name=${name} isOpen=${isOpen}>
          <${StateMark} shape=${shape} tone=${tone} /><span class="name">${visibleText(project)}</span>
          <span class="project">${t("table.compose")}</span>
        <//>
      </th>
      ${layout.columns.map(
        (column) =>
          column !== "name" &&
          column !== "image" &&
          html`<td key=${column} role="cell" class="${column}-cell" colspan=${column === "state" && hasImage ? 2 : undefined}>
            ${cells[column]}
          </td>`,
      )}
      <td role="cell" class="actions-cell">
        <${ProjectActions} engine=${engine} project=${project} containers=${members} />
      </td>
    </tr>`;
  },
);

/** @param {{state: import("../lib/projects.js").ProjectState, isLoud: boolean}} props */
function Running({ state, isLoud }) {
  const { running, expected, done, ill } = state;
  return html`<span class="words">
    ${ill > 0 && html`<span class=${isLoud ? "tone-bad" : ""}>${tn(`summary.${projectMark(state).shape}`, ill)} · </span>`}
    <span class="muted">${t("table.group_running", { running, total: expected })}</span>
    ${done > 0 && html`<span class="muted"> · ${tn("table.done", done)}</span>`}
  </span>`;
}
