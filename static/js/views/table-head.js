/** The headings of the table; a press sorts by one. Counterpart: `table.js`. */

import { html } from "htm/preact";
import { t } from "../lib/i18n.js";
import { order, sortBy } from "../state/table.js";
import { Icon } from "../ui/icons.js";
import { SelectAllBox } from "./select-box.js";

/**
 * @param {{layout: import("../lib/columns.js").Layout, isEmpty: boolean}} props
 *   `isEmpty`: there is nothing to head
 */
export function TableHead({ layout, isEmpty }) {
  return html`<thead role="rowgroup" class=${isEmpty ? "sr" : ""}>
    <tr role="row" aria-rowindex="1">
      <th class="select-cell" role="columnheader" scope="col"><${SelectAllBox} /></th>
      ${layout.columns.map((column) => html`<${Heading} key=${column} name=${column} />`)}
      <th class="actions-cell" role="columnheader" scope="col"><span class="sr">${t("table.actions")}</span></th>
    </tr>
  </thead>`;
}

/** @param {{name: import("../lib/columns.js").Column}} props */
function Heading({ name }) {
  const { key, descending } = order.value;
  const direction = key !== name ? undefined : descending ? "descending" : "ascending";
  return html`<th class="${name}-cell" role="columnheader" scope="col" aria-sort=${direction}>
    <button type="button" class="sort" data-sorted=${direction} onClick=${() => sortBy(name)}>
      ${t(`table.${name}`)}${direction && html`<${Icon} name=${descending ? "down" : "up"} size=${12} />`}
    </button>
  </th>`;
}
