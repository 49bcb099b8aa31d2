/** A container's image and ports as text. */

import { html } from "htm/preact";
import { splitImage } from "../lib/image.js";
import { portLabels } from "../lib/ports.js";
import { t } from "../lib/i18n.js";
import { visibleText } from "../lib/visible-text.js";

const PORTS_SHOWN = 2;

/** @param {{image: string}} props */
export function ImageName({ image }) {
  const shown = visibleText(image);
  const { prefix, name } = splitImage(shown);
  return html`<span class="image" title=${shown}>
    <span class="image-prefix">${prefix}</span><span class="image-name">${name}</span>
  </span>`;
}

/**
 * @param {{ports: import("../lib/ports.js").Port[], host: string | null}} props
 *   `host` as for `portLabels`
 */
export function PortList({ ports, host }) {
  const labels = portLabels(ports, host);
  const shown = labels.slice(0, PORTS_SHOWN);
  const hidden = labels.slice(PORTS_SHOWN).map(({ label }) => label);
  return html`<span class="ports">
    ${shown.map(({ label, href, published }) =>
      href
        ? html`<a href=${href} target="_blank" rel="noopener noreferrer">${label}</a>`
        : html`<span class=${published ? "" : "port-plain"}>${label}</span>`,
    )}
    ${hidden.length > 0 &&
    html`<span class="port-plain" title=${hidden.join(", ")}>${t("ports.more", { n: hidden.length })}</span>`}
  </span>`;
}
