/** A button that is only an icon: its name is always there for whoever cannot see it. */

import { html } from "htm/preact";
import { Icon } from "./icons.js";

/**
 * @param {{icon: string, label: string} & Record<string, unknown>} props
 *   anything else goes to the button itself
 */
export function IconButton({ icon, label, ...rest }) {
  return html`<button type="button" class="icon-button" aria-label=${label} title=${label} ...${rest}>
    <${Icon} name=${icon} />
  </button>`;
}
