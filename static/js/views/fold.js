/** The head of what can be folded: an engine or a project. While the filter is on, all is open and nothing folds. */

import { html } from "htm/preact";
import { filterText, toggleFold } from "../state/table.js";
import { Icon } from "../ui/icons.js";

/** @param {{name: string, isOpen: boolean, children?: unknown}} props `name`: its key in the list */
export function Fold({ name, isOpen, children }) {
  const isFixed = filterText.value.trim() !== "";
  return html`<button
    type="button"
    class="fold"
    aria-expanded=${isOpen}
    aria-disabled=${isFixed ? "true" : undefined}
    onClick=${() => isFixed || toggleFold(name)}
  >
    <${Icon} name=${isOpen ? "down" : "right"} size=${12} />${children}
  </button>`;
}
