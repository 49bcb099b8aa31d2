/** The top of every panel: what it shows, and the way out. Counterpart: `panel-frame.js`. */

import { html } from "htm/preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { t } from "../lib/i18n.js";
import { closePanel } from "../state/page.js";
import { IconButton } from "../ui/icon-button.js";

/** What names the panel, and takes the focus when it opens. */
export const TITLE_ID = "panel-title";

/** @param {{title: string, children?: unknown}} props */
export function PanelHead({ title, children }) {
  const heading = useRef(/** @type {HTMLElement | null} */ (null));
  // Before anything is drawn: a quick reader must not have the focus taken away again.
  useLayoutEffect(() => heading.current?.focus({ preventScroll: true }), []);
  return html`<div class="panel-head">
    <h2 id=${TITLE_ID} tabindex="-1" ref=${heading}><bdi>${title}</bdi></h2>
    ${children}
    <span class="spacer"></span>
    <${IconButton} icon="close" label=${t("panel.close")} data-action="close" onClick=${closePanel} />
  </div>`;
}
