/** The container that a key means: the one looked at in the panel, or the row under the cursor. */

import { cursorContainer } from "./cursor.js";
import { containerOf } from "./live.js";
import { isTableCovered, panel } from "./page.js";

/** @returns {import("../client/types.js").Container | null} */
export function currentContainer() {
  const opened = openedContainer();
  const isInPanel = document.activeElement?.closest(".panel") != null;
  if (opened && (isInPanel || isTableCovered.peek())) return opened;
  return cursorContainer() ?? opened;
}

function openedContainer() {
  const route = panel.peek();
  return (route?.panel === "container" && containerOf(route)) || null;
}
