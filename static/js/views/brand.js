/** The name, which is also the way home. */

import { html } from "htm/preact";
import { basePath } from "../state/page.js";
import { Icon } from "../ui/icons.js";

export function Brand() {
  return html`<a class="brand" href=${basePath}><${Icon} name="mark" size=${18} /><span>dockmon</span></a>`;
}
