/** What is open beside the table, by its own address; fetched when the first is opened. */

import { html } from "htm/preact";
import { panel } from "../state/page.js";
import { lazy } from "../ui/lazy.js";

const PanelFrame = lazy(async () => (await import("./panel-frame.js")).PanelFrame);

export function Panel() {
  return panel.value && html`<${PanelFrame} />`;
}
