/** One container: its state and actions on top, and five tabs. */

import { html } from "htm/preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { computed } from "@preact/signals";
import { unconfirmedWords } from "../lib/engine-words.js";
import { t } from "../lib/i18n.js";
import { TABS, containerHref } from "../lib/route.js";
import { sinceWords } from "../lib/status.js";
import { visibleText } from "../lib/visible-text.js";
import { activityOf, underWay } from "../state/activity.js";
import { now } from "../state/clock.js";
import { Inspection, isConfirmed } from "../state/inspect.js";
import { containerOf, containers, engines, loading } from "../state/live.js";
import { Recording } from "../state/recording.js";
import { session } from "../state/session.js";
import { AwaitedLines } from "../ui/awaited-lines.js";
import { ContainerState } from "../ui/container-state.js";
import { ImageName } from "../ui/container-text.js";
import { Tabs, tabId } from "../ui/tabs.js";
import { Configuration } from "./panel-configuration.js";
import { PanelHead } from "./panel-head.js";
import { LogView } from "./panel-logs.js";
import { Overview } from "./panel-overview.js";
import { ProcessList } from "./panel-processes.js";
import { Stats } from "./panel-stats.js";
import { RowActions } from "./row-actions.js";
import { ContainerNote } from "./row-note.js";

/**
 * @typedef {import("../client/types.js").Container} Container
 * @typedef {import("../lib/route.js").Tab} Tab
 * @typedef {{container: Container, inspection: Inspection, recording: Recording, isTrue: boolean}} TabProps
 *   `isTrue`: what is shown is how things are now, and not only the last known
 */

const BODY_ID = "panel-body";

/** @type {Record<Tab, (props: TabProps) => any>} */
const VIEWS = {
  overview: Overview,
  logs: ContainerLogs,
  stats: Stats,
  configuration: Configuration,
  processes: ProcessList,
};

/** @param {{engine: string, id: string, tab: Tab}} props */
export function ContainerPanel({ engine, id, tab }) {
  const known = containerOf({ engine, id });
  const last = useRef(known);
  if (known) last.current = known;
  const container = last.current;
  if (!container) return html`<${Unknown} engine=${engine} id=${id} />`;
  return html`<${Known} key=${container.id} container=${container} isListed=${known !== undefined} tab=${tab} />`;
}

/** @param {{engine: string, id: string}} props */
function Unknown({ engine, id }) {
  const state = engines.value.find((one) => one.engine === engine)?.state;
  const isAwaited = loading.value || state === "connecting";
  const name = visibleText(id.slice(0, 12));
  return html`<${PanelHead} title=${name} />
    <div class="panel-body">
      ${isAwaited
        ? html`<${AwaitedLines} />`
        : html`<p class="panel-note" role="status" data-testid="panel-missing">
            ${missingWords(state, { name, engine: visibleText(engine) })}
          </p>`}
    </div>`;
}

/**
 * @param {string | undefined} state of the engine, if there is one
 * @param {{name: string, engine: string}} place
 */
function missingWords(state, { name, engine }) {
  if (!state) return t("error.engine.unknown");
  return t(state === "up" ? "panel.not_found" : "panel.not_found_yet", { name, engine });
}

/** @param {{container: Container, isListed: boolean, tab: Tab}} props */
function Known({ container, isListed, tab }) {
  const inspection = useOpened(() => new Inspection(container));
  const recording = useOpened(() => new Recording(container));
  const isTrue = isListed && isConfirmed(container.engine);
  const links = TABS.map((name) => ({ name, label: t(`tab.${name}`), href: containerHref(container, name) }));
  return html`<${Head} container=${container} isTrue=${isTrue} isListed=${isListed} tab=${tab} />
    <${Tabs} label=${t("panel.tabs", { name: container.name })} tabs=${links} selected=${tab} panelId=${BODY_ID} />
    <${Banner} container=${container} isListed=${isListed} />
    <div
      key=${tab}
      class="panel-body is-${tab} ${isTrue ? "" : "is-stale"}"
      id=${BODY_ID}
      role="tabpanel"
      aria-labelledby=${tabId(BODY_ID, tab)}
      tabindex=${tab === "logs" ? undefined : 0}
      data-tab=${tab}
    >
      <${VIEWS[tab]}
        container=${container}
        inspection=${inspection}
        recording=${recording}
        isTrue=${isTrue}
      />
    </div>`;
}

/**
 * Something that lasts as long as the component.
 *
 * @template {{close(): void}} T
 * @param {() => T} open
 */
function useOpened(open) {
  const [thing] = useState(open);
  useEffect(() => () => thing.close(), []);
  return thing;
}

/** @param {{container: Container, isTrue: boolean, isListed: boolean, tab: Tab}} props */
function Head({ container, isTrue, isListed, tab }) {
  const current = session.value;
  const role = current.phase === "signed-in" ? current.user.role : undefined;
  return html`<${PanelHead} title=${visibleText(container.name)}>
      ${isListed && html`<${ContainerState} container=${container} confirmed=${isTrue} />`}
      ${isListed && html`<span class="panel-since muted"><${Since} container=${container} /></span>`}
    <//>
    <div class="panel-sub">
      <span class="panel-place muted"><${ImageName} image=${container.image} /></span>
      <span class="spacer"></span>
      ${isListed &&
      html`<${RowActions}
        container=${container}
        role=${role}
        pending=${underWay(activityOf(container).value)}
        open=${tab === "logs"}
      />`}
    </div>
    ${isListed && html`<${ContainerNote} container=${container} />`}`;
}

/**
 * The clock changes this text alone, and only when its words change.
 *
 * @param {{container: Container}} props
 */
function Since({ container }) {
  return useMemo(() => computed(() => sinceWords(container, now.value)), [container]);
}

/** Why what is shown may not be how things are. @param {{container: Container, isListed: boolean}} props */
function Banner({ container, isListed }) {
  const engine = engines.value.find((one) => one.engine === container.engine);
  if (!isListed && engine?.state === "up") {
    const next = containers.value.find(({ engine, name }) => engine === container.engine && name === container.name);
    return html`<p class="panel-banner" role="status" data-testid="panel-gone">
      ${t("panel.gone")} ${next && html`<a href=${containerHref(next)}>${t("panel.same_name")}</a>`}
    </p>`;
  }
  if (isListed && isConfirmed(container.engine)) return null;
  return html`<p class="panel-banner" role="status" data-testid="panel-stale">
    ${t("panel.stale", { since: unconfirmedWords(engine?.confirmed_at ?? null, now.peek()) })}
  </p>`;
}

/** @param {TabProps} props */
function ContainerLogs({ container }) {
  const refs = useMemo(() => [{ engine: container.engine, id: container.id }], [container.id]);
  return html`<${LogView} refs=${refs} title=${container.name} />`;
}
