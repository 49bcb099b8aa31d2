/** What runs in a container now. Counterpart: `state/processes.js`. */

import { html } from "htm/preact";
import { useEffect, useState } from "preact/hooks";
import { errorWords } from "../lib/errors.js";
import { clockTime } from "../lib/format.js";
import { t, tn, tryT } from "../lib/i18n.js";
import { visibleText } from "../lib/visible-text.js";
import { now } from "../state/clock.js";
import { Processes } from "../state/processes.js";
import { LongText } from "../ui/long-text.js";
import { Awaited } from "./panel-reading.js";

/** What is read from the right. */
const NUMBERS = new Set(["PID", "PPID", "C", "%CPU", "%MEM", "VSZ", "RSS", "TIME"]);

/** @param {import("./panel-container.js").TabProps} props */
export function ProcessList({ container, isTrue }) {
  const [processes] = useState(() => new Processes(container));
  useEffect(() => () => processes.close(), []);
  const table = processes.table.value;
  if (isTrue && container.state !== "running") {
    const state = tryT(`state.${container.state}`) ?? container.state;
    return html`<p class="panel-note" role="status" data-testid="no-processes">${t("processes.none", { state })}</p>`;
  }
  const error = processes.error.value;
  return html`${error &&
    html`<p class="panel-note is-bad" role="alert">${errorWords(error)}</p>`}
    ${table
      ? html`<${Table} table=${table} readAt=${processes.readAt.value} />`
      : !error && html`<${Awaited} isTrue=${isTrue} />`}`;
}

/** @param {{table: import("../client/types.js").ProcessTable, readAt: number | null}} props */
function Table({ table: { titles, processes }, readAt }) {
  return html`<p class="processes-head muted">
      ${tn("processes.count", processes.length)}
      ${readAt !== null && html` · ${t("details.read_at", { time: clockTime(readAt, now.peek()) })}`}
    </p>
    <div class="processes" role="region" tabindex="0" aria-label=${t("tab.processes")}>
      <table data-testid="processes" aria-label=${t("tab.processes")}>
        <thead>
          <tr>
            ${titles.map((title) => html`<th scope="col" class=${sideOf(title)}>${visibleText(title)}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${processes.map(
            (cells) => html`<tr>
              ${cells.map(
                (cell, index) => html`<td class=${sideOf(titles[index])}>
                  <${LongText} text=${cell} name=${titles[index] ?? ""} />
                </td>`,
              )}
            </tr>`,
          )}
        </tbody>
      </table>
    </div>`;
}

/** @param {string} title */
function sideOf(title) {
  return NUMBERS.has(title) ? "is-number" : "";
}
