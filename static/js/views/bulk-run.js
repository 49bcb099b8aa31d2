/** One action on many containers: how far it is, and at its end what came of it. Stays until dismissed. */

import { html } from "htm/preact";
import { t } from "../lib/i18n.js";
import { visibleText } from "../lib/visible-text.js";
import { dismissRun } from "../state/bulk.js";
import { IconButton } from "../ui/icon-button.js";
import { OutcomeMark } from "../ui/outcome-mark.js";

/** @typedef {import("../state/bulk.js").Run} Run */

/** @param {{run: Run}} props */
export function RunCard({ run }) {
  const isOver = run.isOver.value;
  return html`<div
    class="bulk-card"
    role="group"
    aria-label=${titleOf(run)}
    data-testid="bulk-run"
    data-phase=${isOver ? "over" : "running"}
    data-action-name=${run.offer.action}
  >
    ${isOver ? html`<${Summary} run=${run} />` : html`<${Progress} run=${run} />`}
  </div>`;
}

/** @param {Run} run */
function titleOf({ offer, project, containers }) {
  const doing = t(`bulk.doing.${offer.action}`, { total: containers.length });
  return project ? t("bulk.of_project", { project: visibleText(project), doing }) : doing;
}

/** @param {{run: Run}} props */
function Progress({ run }) {
  const [settled, total] = [run.settled.value, run.containers.length];
  const waiting = run.results.value.filter(({ kind }) => kind === "waiting").length;
  return html`
    <${OutcomeMark} kind="pending" />
    <p class="bulk-progress">
      <span>${titleOf(run)}</span>
      <strong data-testid="bulk-progress">${t("bulk.progress", { settled, total })}</strong>
      <progress max=${total} value=${settled} aria-label=${titleOf(run)}></progress>
    </p>
    ${waiting > 0 &&
    html`<button type="button" class="button" data-action="cancel-rest" onClick=${() => run.cancel()}>
      ${t("bulk.cancel_rest", { count: waiting })}
    </button>`}
  `;
}

/** @param {{run: Run}} props */
function Summary({ run }) {
  return html`
    <ul class="bulk-lines" data-testid="bulk-summary">
      ${run.project && html`<li class="bulk-title">${visibleText(run.project)}</li>`}
      ${run.lines.value.map(
        ({ kind, words }) => html`<li key=${kind + words} data-kind=${kind}>
          <${OutcomeMark} kind=${kind} /><span>${words}</span>
        </li>`,
      )}
    </ul>
    <${IconButton} icon="close" label=${t("note.dismiss")} data-action="dismiss" onClick=${() => dismissRun(run)} />
  `;
}
