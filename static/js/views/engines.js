/** One strip per engine: whether it can be believed, and how its machine is doing. */

import { html } from "htm/preact";
import { confirmedWords, reasonWords, unconfirmedWords } from "../lib/engine-words.js";
import { t } from "../lib/i18n.js";
import { now } from "../state/clock.js";
import { connection, engines, hosts, versions } from "../state/live.js";
import { StateMark } from "../ui/state-mark.js";
import { HostFigures } from "./host.js";

/** @typedef {import("../client/types.js").EngineView} EngineView */

/** @type {Record<string, {shape: string, tone: string}>} */
const LOOKS = {
  up: { shape: "running", tone: "ok" },
  connecting: { shape: "restarting", tone: "quiet" },
  stale: { shape: "unconfirmed", tone: "warn" },
  down: { shape: "failed", tone: "bad" },
};

export function Engines() {
  return html`<section class="engines" aria-label=${t("engines.label")}>
    ${engines.value.map((engine) => html`<${Engine} key=${engine.engine} engine=${engine} />`)}
  </section>`;
}

/** @param {{engine: EngineView}} props */
function Engine({ engine }) {
  const host = hosts.value.get(engine.engine) ?? null;
  // The machine's figures come from dockmon itself: they age with the page's connection, not the engine's.
  const live = connection.value.status === "connected";
  return html`<article
    class="engine ${host ? "has-host" : ""} ${live ? "" : "is-silent"}"
    data-testid="engine"
    data-engine=${engine.engine}
    data-state=${engine.state}
  >
    <div class="engine-identity">
      <div class="engine-name">
        <${EngineMark} engine=${engine} />
        <h2>${engine.engine}</h2>
        ${!(engine.stale && engine.state === "up") && html`<span class="muted">${t(`engine.${engine.state}`)}</span>`}
      </div>
      <${EngineLine} engine=${engine} />
    </div>
    ${host && html`<${HostFigures} host=${host} />`}
  </article>`;
}

/** @param {{engine: EngineView}} props */
export function EngineMark({ engine }) {
  // Up, but not heard of lately: the page must not claim more than it knows.
  const look = engine.stale && engine.state === "up" ? LOOKS.stale : LOOKS[engine.state];
  return html`<${StateMark} ...${look} />`;
}

/** @param {{engine: EngineView}} props */
function EngineLine({ engine }) {
  if (engine.stale && engine.state !== "connecting") {
    return html`<div class="engine-reason muted">
      ${[reasonWords(engine.reason), unconfirmedWords(engine.confirmed_at, now.peek())].filter(Boolean).join(" · ")}
    </div>`;
  }
  const version = versions.value.get(engine.engine);
  return html`<div class="muted">
    ${[version && t("engine.version", { version }), confirmedWords(engine.confirmed_at, now.peek())].filter(Boolean).join(" · ")}
  </div>`;
}
