/** What a container's health check found lately. */

import { html } from "htm/preact";
import { DASH, clockTime, seconds } from "../lib/format.js";
import { t, tn, tryT } from "../lib/i18n.js";
import { healthOf } from "../lib/inspect.js";
import { now } from "../state/clock.js";
import { Fact, Section } from "../ui/facts.js";
import { LongText } from "../ui/long-text.js";

/**
 * @param {{
 *   container: import("../client/types.js").Container, details: import("../lib/inspect.js").Details,
 *   inspection: import("../state/inspect.js").Inspection,
 * }} props
 */
export function HealthSection({ container, details, inspection }) {
  const health = healthOf(details);
  if (!health) return null;
  const { command, streak, checks } = health;
  const { health: state } = container;
  const readAt = inspection.readAt.value ?? now.peek();
  // A check that finds what the last one found is told by nobody: the reader may ask.
  const aside = html`<span class="muted">${t("details.read_at", { time: clockTime(readAt, now.peek()) })}</span>
    <button type="button" class="link-button" data-action="read" onClick=${() => void inspection.read()}>
      ${t("details.read_now")}
    </button>`;
  return html`<${Section} title=${t("details.health")} name="health" aside=${aside}>
    <dl>
      <${Fact} name=${t("details.health")} fact="health">
        <span class=${state === "unhealthy" ? "tone-bad" : ""}>
          ${state ? (tryT(`health.${state}`) ?? state) : DASH}
        </span>
        ${streak ? html` · ${tn("details.failing", streak)}` : ""}
      <//>
      <${Fact} name=${t("details.check")} fact="check">
        ${command && html`<${LongText} text=${command} name=${t("details.check")} />`}
      <//>
    </dl>
    ${checks.length === 0
      ? html`<p class="muted">${t("details.no_checks")}</p>`
      : html`<ol class="checks">${checks.map((check) => html`<${CheckRow} check=${check} />`)}</ol>`}
  <//>`;
}

/** @param {{check: import("../lib/inspect.js").Check}} props */
function CheckRow({ check: { at, seconds: took, code, output } }) {
  const isBad = code !== null && code !== 0;
  const time = at === null ? DASH : clockTime(at, now.peek());
  return html`<li data-testid="health-check">
    <span class="check-head">
      <time>${time}</time>
      <span class=${isBad ? "tone-bad" : ""}>${checkWords(code)}</span>
      ${took !== null && html`<span class="muted">${seconds(took)}</span>`}
    </span>
    ${output.trim() && html`<${LongText} text=${output.trimEnd()} name=${t("details.output", { time })} />`}
  </li>`;
}

/** @param {number | null} code */
function checkWords(code) {
  if (code === null) return DASH;
  return code === 0 ? t("details.check_passed") : t("details.check_failed", { code });
}
