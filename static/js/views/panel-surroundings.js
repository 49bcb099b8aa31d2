/** What a container may use, and what it is connected to. Counterpart: `lib/inspect.js`. */

import { html } from "htm/preact";
import { DASH, bytes, count } from "../lib/format.js";
import { t, tn, tryT } from "../lib/i18n.js";
import { limitsOf, mountsOf, networksOf, sharedNetworkOf } from "../lib/inspect.js";
import { portLabels } from "../lib/ports.js";
import { visibleText } from "../lib/visible-text.js";
import { hosts } from "../state/live.js";
import { Fact, Section } from "../ui/facts.js";
import { LongText } from "../ui/long-text.js";

/**
 * @typedef {import("../client/types.js").Container} Container
 * @typedef {import("../lib/inspect.js").Details} Details
 */

/** @param {{details: Details}} props */
export function Limits({ details }) {
  const { cpus, cores, memory, pids } = limitsOf(details);
  const cpuWords = limitWords(cpus, (value) => tn("details.cpus", value, { count: count(value) }));
  return html`<${Section} title=${t("details.limits")} name="limits">
    <dl>
      <${Fact} name=${t("details.cpu")} fact="cpu">
        ${cores ? t("details.cpu_cores", { cpus: cpuWords, cores: visibleText(cores) }) : cpuWords}
      <//>
      <${Fact} name=${t("details.memory")} fact="memory">${limitWords(memory, bytes)}<//>
      <${Fact} name=${t("details.pids")} fact="pids">${limitWords(pids, count)}<//>
    </dl>
  <//>`;
}

/** @param {number | null} value @param {(value: number) => string} words */
function limitWords(value, words) {
  if (value === null) return DASH;
  return value === Infinity ? t("details.no_limit") : words(value);
}

/** @param {{container: Container}} props */
export function Ports({ container }) {
  // Only an engine on this machine answers where the page does.
  const host = hosts.value.has(container.engine) ? location.hostname : null;
  const labels = portLabels(container.ports, host);
  return html`<${Section} title=${t("details.ports")} name="ports">
    ${labels.length === 0
      ? html`<p class="muted">${t("details.no_ports")}</p>`
      : html`<ul class="chips">
          ${labels.map(
            ({ label, href, published }) => html`<li>
              ${href
                ? html`<a href=${href} target="_blank" rel="noopener noreferrer">${label}</a>`
                : html`<span class=${published ? "" : "muted"}>${label}</span>`}
            </li>`,
          )}
        </ul>`}
  <//>`;
}

/** @param {{details: Details}} props */
export function Mounts({ details }) {
  const mounts = mountsOf(details);
  return html`<${Section} title=${t("details.mounts")} name="mounts">
    ${mounts.length === 0
      ? html`<p class="muted">${t("details.no_mounts")}</p>`
      : html`<dl>
          ${mounts.map(
            ({ type, from, to, readOnly }) => html`<${Fact} name=${html`<bdi class="mono">${visibleText(to)}</bdi>`}>
              ${tryT(`mount.${type}`) ?? visibleText(type)}${readOnly ? ` · ${t("details.read_only")}` : ""}
              ${from && html` <${LongText} text=${from} name=${to} />`}
            <//>`,
          )}
        </dl>`}
  <//>`;
}

/** @param {{details: Details}} props */
export function Networks({ details }) {
  const networks = networksOf(details);
  const shared = sharedNetworkOf(details);
  return html`<${Section} title=${t("details.networks")} name="networks">
    ${shared && html`<p>${t("details.shares_network", { name: visibleText(shared.slice(0, 12)) })}</p>`}
    ${!shared && networks.length === 0 && html`<p class="muted">${t("details.no_networks")}</p>`}
    ${networks.length > 0 && html`<dl>${networks.map((network) => html`<${NetworkRow} network=${network} />`)}</dl>`}
  <//>`;
}

/** @param {{network: import("../lib/inspect.js").Network}} props */
function NetworkRow({ network: { name, addresses, mac, aliases } }) {
  return html`<${Fact} name=${html`<bdi>${visibleText(name)}</bdi>`}>
    <span class="mono">${addresses.length > 0 ? addresses.map(visibleText).join(", ") : DASH}</span>
    ${mac && html`<span class="mono muted"> · ${visibleText(mac)}</span>`}
    ${aliases.length > 0 && html`<div class="muted"><${LongText} text=${aliases.join(", ")} name=${name} /></div>`}
  <//>`;
}
