/** A button that copies a text, and says whether that worked. */

import { html } from "htm/preact";
import { useEffect, useState } from "preact/hooks";
import { t } from "../lib/i18n.js";
import { Icon } from "./icons.js";

const SAID_MS = 2000;

/** @param {{text: () => string, label: string}} props `text` is made when it is wanted */
export function CopyButton({ text, label }) {
  const [said, setSaid] = useState("");
  useEffect(() => {
    if (!said) return;
    const timer = setTimeout(() => setSaid(""), SAID_MS);
    return () => clearTimeout(timer);
  }, [said]);
  const copy = async () => setSaid(t((await copied(text())) ? "copy.done" : "copy.failed"));
  return html`<span class="copy">
    <button type="button" class="icon-button" aria-label=${label} title=${label} data-action="copy" onClick=${copy}>
      <${Icon} name="copy" />
    </button>
    <span class="copy-said" role="status">${said}</span>
  </span>`;
}

/**
 * Over plain HTTP from another machine a browser has no clipboard for pages; the old way has.
 *
 * @param {string} text
 */
async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copiedBySelection(text);
  }
}

/** @param {string} text */
function copiedBySelection(text) {
  const focused = document.activeElement;
  const area = document.createElement("textarea");
  area.value = text;
  area.className = "sr";
  document.body.append(area);
  area.select();
  const worked = document.execCommand("copy");
  area.remove();
  if (focused instanceof HTMLElement) focused.focus({ preventScroll: true });
  return worked;
}
