/** How a container was made: environment, labels, settings, and all of it as the engine says it. */

import { html } from "htm/preact";
import { useEffect } from "preact/hooks";
import { errorWords } from "../lib/errors.js";
import { t, tn } from "../lib/i18n.js";
import { at, commandLine, environmentOf, labelsOf, textOf, textsOf } from "../lib/inspect.js";
import { beginning, visibleText } from "../lib/visible-text.js";
import { session } from "../state/session.js";
import { CopyButton } from "../ui/copy-button.js";
import { Fact, Section } from "../ui/facts.js";
import { LongText } from "../ui/long-text.js";
import { RawDetails } from "./panel-raw.js";
import { Reading } from "./panel-reading.js";

/**
 * @typedef {import("../lib/inspect.js").Details} Details
 * @typedef {import("../lib/inspect.js").EnvironmentEntry} EnvironmentEntry
 * @typedef {import("../state/inspect.js").Inspection} Inspection
 */

/** Of a name, where another text says it once more. */
const NAME_SHOWN = 100;

/** @param {import("./panel-container.js").TabProps} props */
export function Configuration({ container, inspection, isTrue }) {
  const details = inspection.details.value;
  // What was revealed must not wait there for whoever looks next.
  useEffect(() => () => inspection.hide(), []);
  return html`<${Reading} inspection=${inspection} isTrue=${isTrue} />
    ${details &&
    html`<${Environment} details=${details} inspection=${inspection} />
      <${Labels} details=${details} />
      <${Settings} details=${details} />
      <${RawDetails} details=${details} name=${container.name} />`}`;
}

/** @param {{details: Details, inspection: Inspection}} props */
function Environment({ details, inspection }) {
  const reveal = inspection.reveal.value;
  const entries = reveal.phase === "shown" ? reveal.entries : environmentOf(details);
  return html`<${Section}
    title=${t("details.environment")}
    name="environment"
    aside=${entries.length > 0 && html`<${RevealButton} inspection=${inspection} />`}
  >
    ${reveal.phase === "refused" &&
    html`<p class="panel-note is-bad" role="alert">${errorWords(reveal.error)}</p>`}
    ${entries.length === 0
      ? html`<p class="muted">${t("details.no_environment")}</p>`
      : html`<dl class="pairs">${entries.map((entry) => html`<${EnvironmentRow} entry=${entry} />`)}</dl>`}
  <//>`;
}

/** @param {{inspection: Inspection}} props */
function RevealButton({ inspection }) {
  const current = session.value;
  if (current.phase !== "signed-in") return null;
  if (current.user.role !== "admin") return html`<span class="muted">${t("reveal.admins_only")}</span>`;
  const { phase } = inspection.reveal.value;
  const isShown = phase === "shown";
  const onClick = () => {
    if (isShown) inspection.hide();
    else if (phase !== "asking") void inspection.show();
  };
  // The same button for both, and never switched off: it keeps the focus.
  return html`${!isShown && html`<span class="muted">${t("reveal.logged")}</span>`}
    <button
      type="button"
      class="button"
      data-action=${isShown ? "hide" : "reveal"}
      aria-disabled=${phase === "asking" ? "true" : undefined}
      onClick=${onClick}
    >
      ${isShown ? t("reveal.hide") : t("reveal.show")}
    </button>`;
}

/** @param {{entry: EnvironmentEntry}} props */
function EnvironmentRow({ entry: { name, value, isMasked } }) {
  if (value === null) return html`<${Pair} name=${name}><span class="muted">${t("details.not_set")}</span><//>`;
  if (!isMasked) return html`<${Pair} name=${name}><${Value} text=${value} name=${name} /><//>`;
  return html`<${Pair} name=${name}>
    <span class="muted" role="img" aria-label=${t("reveal.masked")}>${value}</span>
  <//>`;
}

/** @param {{name: string, children?: unknown}} props */
function Pair({ name, children }) {
  return html`<div class="fact" data-name=${beginning(name, NAME_SHOWN)}>
    <dt><${LongText} text=${name} name=${t("details.name")} /></dt>
    <dd class="copied">${children}</dd>
  </div>`;
}

/** @param {{text: string, name: string}} props */
function Value({ text, name }) {
  if (text === "") return html`<span class="muted">${t("details.empty")}</span>`;
  const label = t("copy.what", { name: visibleText(beginning(name, NAME_SHOWN)) });
  return html`<${LongText} text=${text} name=${name} /><${CopyButton} text=${() => text} label=${label} />`;
}

/** @param {{details: Details}} props */
function Labels({ details }) {
  const { own, compose } = labelsOf(details);
  return html`<${Section} title=${t("details.labels")} name="labels">
    ${own.length === 0 && html`<p class="muted">${t("details.no_labels")}</p>`}
    ${own.length > 0 && html`<${LabelList} labels=${own} />`}
    ${compose.length > 0 &&
    html`<details class="disclosure">
      <summary>${tn("details.compose_labels", compose.length)}</summary>
      <${LabelList} labels=${compose} />
    </details>`}
  <//>`;
}

/** @param {{labels: [string, string][]}} props */
function LabelList({ labels }) {
  return html`<dl class="pairs">
    ${labels.map(([key, value]) => html`<${Pair} name=${key}><${Value} text=${value} name=${key} /><//>`)}
  </dl>`;
}

/** @param {{details: Details}} props */
function Settings({ details }) {
  const text = (/** @type {string[]} */ ...path) => textOf(at(details, ...path));
  const capabilities = [
    ...textsOf(at(details, "HostConfig", "CapAdd")).map((name) => `+${name}`),
    ...textsOf(at(details, "HostConfig", "CapDrop")).map((name) => `−${name}`),
  ];
  /** @type {[string, string][]} */
  const facts = [
    ["user", text("Config", "User")],
    ["directory", text("Config", "WorkingDir")],
    ["hostname", text("Config", "Hostname")],
    ["entrypoint", commandLine(textsOf(at(details, "Config", "Entrypoint")))],
    ["command", commandLine(textsOf(at(details, "Config", "Cmd")))],
    ["network_mode", text("HostConfig", "NetworkMode")],
    ["log_driver", text("HostConfig", "LogConfig", "Type")],
    ["privileged", at(details, "HostConfig", "Privileged") === true ? t("details.yes") : ""],
    ["capabilities", capabilities.join(" ")],
    ["runtime", text("HostConfig", "Runtime")],
    ["platform", text("Platform")],
  ];
  return html`<${Section} title=${t("details.settings")} name="settings">
    <dl>
      ${facts.map(
        ([name, value]) => html`<${Fact} name=${t(`setting.${name}`)} fact=${name}>
          ${value && html`<${LongText} text=${value} name=${t(`setting.${name}`)} />`}
        <//>`,
      )}
    </dl>
  <//>`;
}
