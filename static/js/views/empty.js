/** The pages that are empty for a reason, and what to do about each. */

import { html } from "htm/preact";
import { useEffect } from "preact/hooks";
import { reasonWords } from "../lib/engine-words.js";
import { t } from "../lib/i18n.js";
import { addresses, learnAddresses } from "../state/addresses.js";
import { engines } from "../state/live.js";
import { filterText } from "../state/table.js";
import { clearFilter } from "./header.js";

/**
 * The usual causes and what helps. Commands are the same in every language.
 *
 * @type {{name: string, reasons: string[], commands: string[]}[]}
 */
const CAUSES = [
  {
    name: "not_running",
    reasons: ["socket_absent", "connection_refused"],
    commands: ["sudo systemctl start docker"],
  },
  {
    name: "no_access",
    reasons: ["permission_denied"],
    commands: ['sudo usermod -aG docker "$USER"', "docker run -v /var/run/docker.sock:/var/run/docker.sock …"],
  },
  {
    name: "elsewhere",
    reasons: ["name_unknown", "timed_out", "tls_failed", "not_an_engine"],
    commands: ["docker context inspect --format '{{.Endpoints.docker.Host}}'", "DOCKMON_ENGINES='local=unix:///run/user/1000/docker.sock' make run"],
  },
];

export function NoEngine() {
  const tried = engines.value;
  useEffect(() => void learnAddresses(), []);
  const reasons = new Set(tried.map(({ reason }) => reason));
  // The cause that fits what the system said comes first.
  const fits = (/** @type {{reasons: string[]}} */ cause) => cause.reasons.some((reason) => reasons.has(reason));
  const causes = [...CAUSES].sort((a, b) => Number(fits(b)) - Number(fits(a)));
  return html`<section class="empty" data-testid="no-engine">
    <h2>${t("empty.no_engine.title")}</h2>
    <div class="tried">
      ${tried.map(
        ({ engine, reason }) =>
          html`<p><strong>${engine}</strong>${addressOf(engine)} · ${reasonWords(reason) ?? t("engine.down")}</p>`,
      )}
    </div>
    <p class="muted">${t("empty.no_engine.retrying")}</p>
    <ol>
      ${causes.map((cause) => html`<${Cause} key=${cause.name} ...${cause} />`)}
    </ol>
    <div>
      <p>${t("empty.no_engine.where")}</p>
      <${Commands} lines=${["dockmon config show"]} />
    </div>
    <div>
      <p>${t("empty.no_engine.demo")}</p>
      <${Commands} lines=${["make demo", "dockmon demo"]} />
    </div>
  </section>`;
}

/** @param {string} engine */
function addressOf(engine) {
  const address = addresses.value.get(engine);
  return address && html` · <code>${address}</code>`;
}

/** @param {{name: string, commands: string[]}} props */
function Cause({ name, commands }) {
  return html`<li>
    <strong>${t(`empty.cause.${name}`)}</strong>
    <span class="muted">${t(`empty.cause.${name}.help`)}</span>
    <${Commands} lines=${commands} />
  </li>`;
}

/** @param {{lines: string[]}} props */
function Commands({ lines }) {
  // In the order of the keyboard, too: on a phone a long one is scrolled.
  return lines.map((line) => html`<code class="command" tabindex="0">${line}</code>`);
}

export function NoContainers() {
  return html`<section class="empty" data-testid="no-containers">
    <h2>${t("empty.no_containers.title")}</h2>
    <p class="muted">${t("empty.no_containers.help")}</p>
    <${Commands} lines=${["docker run -d --name web -p 8080:80 nginx"]} />
  </section>`;
}

export function NoHits() {
  return html`<section class="empty" data-testid="no-hits">
    <h2>${t("empty.no_hits.title", { filter: filterText.value })}</h2>
    <p class="muted">${t("empty.no_hits.help")}</p>
    <div>
      <button type="button" class="button" onClick=${clearFilter}>${t("filter.clear")}</button>
    </div>
  </section>`;
}
