/**
 * What a container is and how it does, in words. Counterparts: `lib/inspect.js`; `panel-health.js`
 * and `panel-surroundings.js`, which have the rest of it.
 */

import { html } from "htm/preact";
import { useMemo } from "preact/hooks";
import { computed } from "@preact/signals";
import { DASH, clockTime, duration } from "../lib/format.js";
import { t, tn, tryT } from "../lib/i18n.js";
import { at, commandLine, textOf, textsOf } from "../lib/inspect.js";
import { projectLogsHref } from "../lib/route.js";
import { exitWords, hasFailed } from "../lib/status.js";
import { visibleText } from "../lib/visible-text.js";
import { now } from "../state/clock.js";
import { engines } from "../state/live.js";
import { CopyButton } from "../ui/copy-button.js";
import { Fact, Section } from "../ui/facts.js";
import { LongText } from "../ui/long-text.js";
import { HealthSection } from "./panel-health.js";
import { Reading } from "./panel-reading.js";
import { Limits, Mounts, Networks, Ports } from "./panel-surroundings.js";

/**
 * @typedef {import("../client/types.js").Container} Container
 * @typedef {import("../lib/inspect.js").Details} Details
 * @typedef {import("./panel-container.js").TabProps} TabProps
 */

/** @param {TabProps} props */
export function Overview({ container, inspection, isTrue }) {
  const details = inspection.details.value;
  return html`<${StateSection} container=${container} details=${details} />
    <${Reading} inspection=${inspection} isTrue=${isTrue} />
    ${details &&
    html`<${HealthSection} container=${container} details=${details} inspection=${inspection} />
      <${Limits} details=${details} />
      <${Ports} container=${container} />
      <${Mounts} details=${details} />
      <${Networks} details=${details} />
      <${Image} container=${container} details=${details} />`}`;
}

/** @param {{container: Container, details: Details | null}} props */
function StateSection({ container, details }) {
  const { state, engine, project, service, started_at, finished_at, restarts } = container;
  const isOver = state === "exited" || state === "dead" || state === "restarting";
  const failure = textOf(at(details, "State", "Error"));
  return html`<${Section} title=${t("details.state")} name="state">
    <dl>
      <${Fact} name=${t("details.state")} fact="state">
        ${tryT(`state.${state}`) ?? state}${container.oom_killed && !isOver ? ` · ${t("details.oom_before")}` : ""}
      <//>
      <${Fact} name=${t("details.exit")} fact="exit">
        ${isOver && html`<span class=${hasFailed(container) ? "tone-bad" : ""}>${exitWords(container) || DASH}</span>`}
      <//>
      <${Fact} name=${t("details.failure")} fact="failure">
        ${failure && html`<${LongText} text=${failure} name=${t("details.failure")} />`}
      <//>
      <${Fact} name=${t("details.project")} fact="project">
        ${project &&
        html`<a href=${projectLogsHref(engine, project)}>${visibleText(project)}</a>
          ${service && ` · ${visibleText(service)}`}`}
      <//>
      <${Fact} name=${t("details.engine")} fact="engine">${engines.value.length > 1 && engine}<//>
      <${Fact} name=${t("details.started")} fact="started"><${Moment} time=${started_at} /><//>
      <${Fact} name=${t("details.ended")} fact="ended">${isOver && html`<${Moment} time=${finished_at} />`}<//>
      <${Fact} name=${t("details.created")} fact="created"><${Moment} time=${container.created} /><//>
      <${Fact} name=${t("details.restarts")} fact="restarts">
        ${restarts == null ? DASH : tn("details.restarted", restarts)}
        <span class="muted"> · ${policyWords(container, details)}</span>
      <//>
    </dl>
  <//>`;
}

/** @param {Container} container @param {Details | null} details */
function policyWords({ restart_policy: policy }, details) {
  if (policy == null) return DASH;
  const tries = at(details, "HostConfig", "RestartPolicy", "MaximumRetryCount");
  if (policy === "on-failure" && typeof tries === "number" && tries > 0) return tn("details.policy_tries", tries);
  return tryT(`policy.${policy}`) ?? visibleText(policy);
}

/** A time of day and how long ago that is. @param {{time: number | null}} props */
function Moment({ time }) {
  const words = useMemo(
    () =>
      computed(() => {
        if (time == null) return DASH;
        return `${clockTime(time, now.value)} · ${t("duration.ago", { duration: duration(now.value - time) })}`;
      }),
    [time],
  );
  return html`${words}`;
}

/** @param {{container: Container, details: Details}} props */
function Image({ container, details }) {
  const digest = textOf(at(details, "Image"));
  const entrypoint = commandLine(textsOf(at(details, "Config", "Entrypoint")));
  const command = commandLine(textsOf(at(details, "Config", "Cmd")));
  return html`<${Section} title=${t("details.image")} name="image">
    <dl>
      <${Fact} name=${t("details.image")} fact="image">
        <${LongText} text=${container.image} name=${t("details.image")} />
      <//>
      <${Fact} name=${t("details.digest")} fact="digest"><${Copied} text=${digest} name=${t("details.digest")} /><//>
      <${Fact} name=${t("details.entrypoint")} fact="entrypoint">
        ${entrypoint && html`<${Copied} text=${entrypoint} name=${t("details.entrypoint")} />`}
      <//>
      <${Fact} name=${t("details.command")} fact="command">
        ${command && html`<${Copied} text=${command} name=${t("details.command")} />`}
      <//>
      <${Fact} name=${t("details.id")} fact="id"><${Copied} text=${container.id} name=${t("details.id")} /><//>
    </dl>
  <//>`;
}

/** @param {{text: string, name: string}} props */
function Copied({ text, name }) {
  if (!text) return DASH;
  return html`<span class="copied">
    <${LongText} text=${text} name=${name} /><${CopyButton} text=${() => text} label=${t("copy.what", { name })} />
  </span>`;
}
