/** All keys and what they do. Counterpart: `shortcuts.js`, which does it. */

import { html } from "htm/preact";
import { t } from "../lib/i18n.js";
import { Dialog } from "../ui/dialog.js";
import { IconButton } from "../ui/icon-button.js";
import { SHORTCUTS } from "./shortcuts.js";

const isMac = /Mac|iP(hone|ad)/.test(navigator.platform);

/** What stands on the key. */
const CAPS = /** @type {Record<string, string>} */ ({ Enter: "↵", Escape: "Esc", Mod: isMac ? "⌘" : "Ctrl" });

/** @param {{onClose: () => void}} props */
export function Help({ onClose }) {
  return html`<${Dialog} label=${t("keys.title")} className="help" onClose=${onClose} testid="help">
    <div class="dialog-head">
      <h2>${t("keys.title")}</h2>
      <${IconButton} icon="close" label=${t("keys.close")} onClick=${close} autofocus />
    </div>
    <dl class="keys">
      ${SHORTCUTS.map(
        ({ name, keys }) => html`<div key=${name}>
          <dt>${keys.map((key) => html`<kbd>${CAPS[key] ?? key}</kbd>`)}</dt>
          <dd>${t(`keys.${name}`)}</dd>
        </div>`,
      )}
    </dl>
    <p class="muted">${t("keys.note")}</p>
  <//>`;
}

/** @param {{currentTarget: HTMLElement}} event */
function close({ currentTarget }) {
  currentTarget.closest("dialog")?.close();
}
