/** Which dialog lies over the page: at most one. Counterpart: `views/overlays.js`, which draws it. */

import { signal } from "@preact/signals";

/**
 * @typedef {import("../client/types.js").Container} Container
 * @typedef {{serial: number} & ({kind: "help"} | {kind: "palette", container: Container | null})} Overlay
 *   `container` is the one that was meant when the palette was opened
 */

/** @type {import("@preact/signals").Signal<Overlay | null>} */
export const overlay = signal(null);

let opened = 0;

export function openHelp() {
  overlay.value = { serial: ++opened, kind: "help" };
}

/** @param {Container | null} container */
export function openPalette(container) {
  overlay.value = { serial: ++opened, kind: "palette", container };
}

/**
 * A browser tells of a closed dialog a little later, when another one may be open already.
 *
 * @param {number} serial
 */
export function closeOverlay(serial) {
  if (overlay.peek()?.serial === serial) overlay.value = null;
}
