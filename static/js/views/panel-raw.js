/** A container's details as the engine says them, for who wants to search or keep them. */

import { html } from "htm/preact";
import { useState } from "preact/hooks";
import { t } from "../lib/i18n.js";
import { visibleText } from "../lib/visible-text.js";
import { CopyButton } from "../ui/copy-button.js";

/** @param {{details: import("../lib/inspect.js").Details, name: string}} props */
export function RawDetails({ details, name }) {
  const [isOpen, setIsOpen] = useState(false);
  const text = () => JSON.stringify(details, null, 2);
  /** @param {Event & {currentTarget: HTMLDetailsElement}} event */
  const onToggle = (event) => setIsOpen(event.currentTarget.open);
  return html`<details class="disclosure raw" onToggle=${onToggle} data-testid="raw">
    <summary>${t("raw.title")}</summary>
    ${isOpen &&
    html`<div class="raw-tools">
        <button type="button" class="button" data-action="download" onClick=${() => download(text(), `${name}.json`)}>
          ${t("raw.download")}
        </button>
        <${CopyButton} text=${text} label=${t("raw.copy")} />
      </div>
      <pre tabindex="0" aria-label=${t("raw.title")}>${visibleText(text())}</pre>`}
  </details>`;
}

/** @param {string} text @param {string} name */
function download(text, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  link.download = name;
  link.click();
  // Not at once: the browser takes it after this turn.
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}
