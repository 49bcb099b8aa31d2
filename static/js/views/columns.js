/** How the table is looked at: grouped or flat, which columns, how high its rows; on a phone also the order. */

import { html } from "htm/preact";
import { useId, useRef, useState } from "preact/hooks";
import { COLUMNS, CHOOSABLE } from "../lib/columns.js";
import { startsDescending } from "../lib/arrange.js";
import { t } from "../lib/i18n.js";
import {
  chooseGrouping,
  chooseOrder,
  fittingColumns,
  grouping,
  hiddenColumns,
  isCompact,
  order,
  toggleColumn,
  toggleCompact,
} from "../state/table.js";
import { Icon } from "../ui/icons.js";
import { placeBelow } from "../ui/menu.js";

/** @typedef {{currentTarget: HTMLSelectElement}} SelectEvent */

export function GroupingChoice() {
  return html`<label class="choice">
    <span class="muted">${t("view.group")}</span>
    <select
      data-testid="grouping"
      value=${grouping.value}
      onChange=${(/** @type {SelectEvent} */ { currentTarget }) => chooseGrouping(currentTarget.value === "flat" ? "flat" : "project")}
    >
      <option value="project">${t("view.group.project")}</option>
      <option value="flat">${t("view.group.flat")}</option>
    </select>
  </label>`;
}

export function ViewMenu() {
  const id = useId();
  const button = useRef(/** @type {HTMLButtonElement | null} */ (null));
  const popover = useRef(/** @type {HTMLElement | null} */ (null));
  const [isOpen, setOpen] = useState(false);
  const label = t("view.label");
  /** @param {ToggleEvent} event */
  const onBeforeToggle = (event) => {
    if (event.newState === "open") placeBelow(popover.current, button.current);
  };
  return html`
    <button
      type="button"
      ref=${button}
      class="icon-button"
      aria-label=${label}
      title=${label}
      aria-haspopup="dialog"
      aria-expanded=${isOpen}
      popovertarget=${id}
      data-testid="view-menu"
    >
      <${Icon} name="columns" />
    </button>
    <div
      id=${id}
      ref=${popover}
      class="menu view-menu"
      popover="auto"
      role="dialog"
      aria-label=${label}
      onBeforeToggle=${onBeforeToggle}
      onToggle=${(/** @type {ToggleEvent} */ event) => setOpen(event.newState === "open")}
    >
      ${isOpen && html`<${Choices} />`}
    </div>
  `;
}

function Choices() {
  return html`
    <fieldset>
      <legend>${t("view.columns")}</legend>
      ${CHOOSABLE.map(
        (column) =>
          html`<${Tick} key=${column} isOn=${!hiddenColumns.value.has(column)} onChange=${() => toggleColumn(column)} name=${column}>
            ${t(`table.${column}`)}${!hiddenColumns.value.has(column) &&
            !fittingColumns.value.includes(column) &&
            html`<span class="muted">${t("view.no_room")}</span>`}
          <//>`,
      )}
    </fieldset>
    <fieldset>
      <legend>${t("view.rows")}</legend>
      <${Tick} isOn=${isCompact.value} onChange=${toggleCompact} name="compact">${t("view.compact")}<//>
    </fieldset>
    <${OrderChoice} />
  `;
}

/** @param {{isOn: boolean, onChange: () => void, name: string, children?: unknown}} props */
function Tick({ isOn, onChange, name, children }) {
  return html`<label class="menu-item">
    <input type="checkbox" name=${name} checked=${isOn} onChange=${onChange} />${children}
  </label>`;
}

/** Cards have no headings to press. */
function OrderChoice() {
  const { key, descending } = order.value;
  return html`<fieldset class="order-choice">
    <legend>${t("view.sort")}</legend>
    <select
      aria-label=${t("view.sort")}
      value=${key}
      onChange=${(/** @type {SelectEvent} */ { currentTarget }) => {
        const next = COLUMNS.find((column) => column === currentTarget.value) ?? "name";
        chooseOrder({ key: next, descending: startsDescending(next) });
      }}
    >
      ${COLUMNS.map((column) => html`<option key=${column} value=${column}>${t(`table.${column}`)}</option>`)}
    </select>
    <button
      type="button"
      class="icon-button"
      aria-label=${t("view.turn")}
      title=${t("view.turn")}
      aria-pressed=${descending}
      onClick=${() => chooseOrder({ key, descending: !descending })}
    >
      <${Icon} name=${descending ? "down" : "up"} />
    </button>
  </fieldset>`;
}
