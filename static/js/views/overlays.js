/** What lies over the page. Fetched when it is first asked for. */

import { html } from "htm/preact";
import { closeOverlay, overlay } from "../state/overlay.js";
import { lazy } from "../ui/lazy.js";

const Help = lazy(async () => (await import("./help.js")).Help);
const Palette = lazy(async () => (await import("./palette.js")).Palette);

export function Overlays() {
  const open = overlay.value;
  if (!open) return null;
  const onClose = () => closeOverlay(open.serial);
  if (open.kind === "help") return html`<${Help} key=${open.serial} onClose=${onClose} />`;
  return html`<${Palette} key=${open.serial} container=${open.container} onClose=${onClose} />`;
}
