/** The boxes that pick containers: one in each row, and one for all that are shown. */

import { html } from "htm/preact";
import { useComputed } from "@preact/signals";
import { useMemo } from "preact/hooks";
import { t } from "../lib/i18n.js";
import {
  isSelectedSignal,
  hiddenCount,
  selection,
  selectRange,
  selectShown,
  toggleSelected,
  unselectShown,
} from "../state/selection.js";
import { shownRows } from "../state/shown.js";

/** @param {{container: import("../client/types.js").Container}} props */
export function SelectBox({ container }) {
  const isSelected = useMemo(() => isSelectedSignal(container), [container.engine, container.id]);
  const checked = isSelected.value;
  /** @param {MouseEvent & {currentTarget: HTMLInputElement}} event */
  const onClick = (event) => {
    // The label passes the click on to the box: once is enough. What surrounds it opens the row.
    event.stopPropagation();
    if (event.shiftKey) selectRange(container);
    else toggleSelected(container);
    event.currentTarget.checked = isSelected.peek();
  };
  return html`<input
    type="checkbox"
    class="select-box"
    data-testid="select"
    aria-label=${t("select.one", { name: container.name })}
    checked=${checked}
    onClick=${onClick}
  />`;
}

/** Half ticked while only some of what is shown is picked. */
export function SelectAllBox() {
  const state = useComputed(shownState).value;
  const count = useComputed(() => shownRows.value.length).value;
  const label = t("select.shown", { count });
  return html`<input
    type="checkbox"
    class="select-box"
    data-testid="select-all"
    aria-label=${label}
    title=${label}
    checked=${state === "all"}
    indeterminate=${state === "some"}
    disabled=${count === 0}
    onClick=${state === "all" ? unselectShown : selectShown}
  />`;
}

function shownState() {
  const shown = selection.value.size - hiddenCount.value;
  if (shown === 0) return "none";
  return shown === shownRows.value.length ? "all" : "some";
}
