/** Logs of several containers, merged: those of a project, or chosen ones. Counterpart: `logs.js`. */

import { html } from "htm/preact";
import { useMemo, useRef } from "preact/hooks";
import { t, tn } from "../lib/i18n.js";
import { visibleText } from "../lib/visible-text.js";
import { containers, loading } from "../state/live.js";
import { lazy } from "../ui/lazy.js";
import { PanelHead } from "./panel-head.js";

/** @typedef {import("../lib/route.js").Ref} Ref */

/** @type {(props: {refs: Ref[], title: string}) => any} */
export const LogView = lazy(async () => (await import("./logs.js")).LogView);

/**
 * Containers of the project that are started later join.
 *
 * @param {{engine: string, project: string}} props
 */
export function ProjectPanel({ engine, project }) {
  const members = containers.value.filter((one) => one.engine === engine && one.project === project);
  return html`<${Merged} title=${visibleText(project)} refs=${members} />`;
}

/** @param {{containers: Ref[]}} props */
export function SeveralPanel({ containers: wanted }) {
  const known = containers.value.filter((one) =>
    wanted.some(({ engine, id }) => one.engine === engine && one.id.startsWith(id)),
  );
  return html`<${Merged} title=${tn("panel.several", known.length)} refs=${known} />`;
}

/** @param {{title: string, refs: Ref[]}} props */
function Merged({ title, refs }) {
  // The same object as long as the same containers are in it: another one reads anew.
  const members = refs.map(({ engine, id }) => `${engine}/${id}`).sort();
  const steady = useMemo(() => refs.map(({ engine, id }) => ({ engine, id })), [members.join(" ")]);
  // When the last one goes, its lines stay.
  const last = useRef(steady);
  if (steady.length > 0) last.current = steady;
  return html`<${PanelHead} title=${title}>
      <span class="panel-since muted">${tn("panel.logs_of", refs.length)}</span>
    <//>
    <div class="panel-body is-logs">
      ${last.current.length > 0
        ? html`<${LogView} refs=${last.current} title=${title} />`
        : html`<p class="panel-note" role="status">${t(loading.value ? "panel.loading" : "panel.no_members")}</p>`}
    </div>`;
}
