/** The container table: one row per container, grouped by engine when there are several. */

import { html } from "htm/preact";
import { useComputed } from "@preact/signals";
import { arranged, byEngine } from "../lib/arrange.js";
import { unconfirmedWords } from "../lib/engine-words.js";
import { t } from "../lib/i18n.js";
import { now } from "../state/clock.js";
import { areOld } from "../state/figures.js";
import { containers, engines, hosts } from "../state/live.js";
import { route } from "../state/page.js";
import { ranking } from "../state/ranking.js";
import { session } from "../state/session.js";
import { filterTest, order, sortBy } from "../state/table.js";
import { Icon } from "../ui/icons.js";
import { ContainerRow } from "./row.js";
import { EngineMark } from "./engines.js";
import { NoHits } from "./empty.js";

/**
 * @typedef {import("../client/types.js").Container} Container
 * @typedef {import("../client/types.js").EngineView} EngineView
 */

/** @type {{name: string, sort: import("../lib/arrange.js").SortKey | null}[]} */
const HEADINGS = [
  { name: "state", sort: "state" },
  { name: "name", sort: "name" },
  { name: "image", sort: "image" },
  { name: "since", sort: "since" },
  { name: "cpu", sort: "cpu" },
  { name: "memory", sort: "memory" },
  { name: "network", sort: "network" },
  { name: "ports", sort: null },
  { name: "actions", sort: null },
];

export function ContainerTable() {
  const groups = useComputed(arrangedRows).value;
  const known = engines.value;
  const shown = known.filter(({ engine }) => groups.has(engine));
  if (shown.length === 0) return html`<${NoHits} />`;
  const grouped = known.length > 1;
  return html`<table class="containers" role="table" aria-label=${t("table.label")}>
    <thead role="rowgroup">
      <tr role="row">
        ${HEADINGS.map((heading) => html`<${Heading} key=${heading.name} ...${heading} />`)}
      </tr>
    </thead>
    ${shown.map(
      (engine) =>
        html`<${Group}
          key=${engine.engine}
          engine=${engine}
          rows=${groups.get(engine.engine) ?? []}
          grouped=${grouped}
        />`,
    )}
  </table>`;
}

function arrangedRows() {
  return byEngine(arranged(containers.value.filter(filterTest.value), order.value, ranking.value));
}

/** @param {{name: string, sort: import("../lib/arrange.js").SortKey | null}} props */
function Heading({ name, sort }) {
  const { key, descending } = order.value;
  const sorted = sort !== null && sort === key;
  const direction = descending ? "descending" : "ascending";
  const title = t(`table.${name}`);
  return html`<th
    class="${name}-cell"
    role="columnheader"
    scope="col"
    aria-sort=${sorted ? direction : undefined}
  >
    ${sort === null
      ? html`<span class=${name === "actions" ? "sr" : ""}>${title}</span>`
      : html`<button type="button" class="sort" data-sorted=${sorted ? direction : undefined} onClick=${() => sortBy(sort)}>
          ${title}${sorted && html`<${Icon} name=${descending ? "up" : "down"} size=${12} />`}
        </button>`}
  </th>`;
}

/** @param {{engine: EngineView, rows: Container[], grouped: boolean}} props */
function Group({ engine, rows, grouped }) {
  const current = session.value;
  const role = current.phase === "signed-in" ? current.user.role : undefined;
  // Only an engine on this machine answers where the page does.
  const host = hosts.value.has(engine.engine) ? location.hostname : null;
  const panel = route.value.view === "home" ? route.value.panel : null;
  const opened = panel?.engine === engine.engine ? panel.id : null;
  const unconfirmed = engine.stale ? unconfirmedWords(engine.confirmed_at, now.peek()) : null;
  const classes = useComputed(() => (areOld(engine.engine) ? "has-old-figures" : ""));
  return html`<tbody role="rowgroup" class=${classes}>
    ${grouped && html`<${GroupHead} engine=${engine} unconfirmed=${unconfirmed} />`}
    ${rows.map(
      (container) =>
        html`<${ContainerRow}
          key=${container.id}
          container=${container}
          role=${role}
          host=${host}
          unconfirmed=${unconfirmed}
          open=${opened !== null && container.id.startsWith(opened)}
        />`,
    )}
  </tbody>`;
}

/** @param {{engine: EngineView, unconfirmed: string | null}} props */
function GroupHead({ engine, unconfirmed }) {
  const { total = 0, running = 0 } = engine.summary;
  return html`<tr class="group" role="row">
    <th scope="rowgroup" role="rowheader">
      <span class="group-line">
        <${EngineMark} engine=${engine} />
        <strong>${engine.engine}</strong>
        <span class="muted">${unconfirmed ?? t("table.group_running", { running, total })}</span>
      </span>
    </th>
  </tr>`;
}
