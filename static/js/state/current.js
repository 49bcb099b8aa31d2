/** The container that a key means: the row under the cursor, or the one looked at in the panel. */

import { called, cursorContainer } from "./cursor.js";
import { containerOf } from "./live.js";
import { panel } from "./page.js";

/**
 * The cursor's only while the keyboard is in the table, or on its way to a row: wherever else it is,
 * the panel is what the reader looks at.
 *
 * @returns {import("../client/types.js").Container | null}
 */
export function currentContainer() {
  const isInTable = called.peek() !== null || document.activeElement?.closest(".containers") != null;
  return (isInTable ? cursorContainer() : null) ?? openedContainer() ?? cursorContainer();
}

export function openedContainer() {
  const route = panel.peek();
  return (route?.panel === "container" && containerOf(route)) || null;
}
