/** A text of an outsider, however long: its beginning, and all of it when it is asked for. */

import { html } from "htm/preact";
import { useState } from "preact/hooks";
import { bytes } from "../lib/format.js";
import { t } from "../lib/i18n.js";
import { beginning, visibleText } from "../lib/visible-text.js";

/** A few lines of a panel; an ordinary value is shorter. */
const SHOWN = 400;

/** @param {{text: string, name: string}} props `name` says what it is, for who cannot see where it stands */
export function LongText({ text, name }) {
  const [isWhole, setIsWhole] = useState(false);
  const isLong = text.length > SHOWN;
  const shown = isLong && !isWhole ? `${beginning(text, SHOWN)}…` : text;
  return html`<span class="long-text ${isWhole ? "is-whole" : ""}">
    <bdi tabindex=${isWhole ? 0 : undefined}>${visibleText(shown)}</bdi>
    ${isLong &&
    html`<button
      type="button"
      class="link-button"
      aria-expanded=${isWhole}
      aria-label=${t(isWhole ? "text.less_of" : "text.all_of", { name })}
      onClick=${() => setIsWhole(!isWhole)}
    >
      ${isWhole ? t("text.less") : t("text.all", { size: bytes(new Blob([text]).size) })}
    </button>`}
  </span>`;
}
