/**
 * The overview: engines, their projects and containers as the rows of one table, of which only those on
 * the screen are there. Counterparts: `state/shown.js`, which has the list; `ui/virtual.js`.
 */

import { html } from "htm/preact";
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { isFigureKey } from "../lib/arrange.js";
import { layoutOf } from "../lib/columns.js";
import { unconfirmedWords } from "../lib/engine-words.js";
import { t } from "../lib/i18n.js";
import "../state/table-address.js";
import { now } from "../state/clock.js";
import { called, cursorFollows } from "../state/cursor.js";
import { drawFigures, isHere } from "../state/figures.js";
import { containers, engines } from "../state/live.js";
import { panel } from "../state/page.js";
import { session } from "../state/session.js";
import { hasHits, items, membersOf } from "../state/shown.js";
import { fittingColumns, hiddenColumns, isCompact, order } from "../state/table.js";
import { VirtualRows } from "../ui/virtual.js";
import { NoHits } from "./empty.js";
import { EngineRow } from "./engine-row.js";
import { ProjectRow } from "./project-row.js";
import { ContainerRow } from "./row.js";
import { TableHead } from "./table-head.js";

/**
 * @typedef {import("../lib/items.js").Item} Item
 * @typedef {import("../lib/columns.js").Layout} Layout
 * @typedef {{role: string | undefined, layout: Layout, opened: import("../lib/route.js").Ref | null}} Surroundings
 *   what all rows are drawn in
 */

/** Below it rows become cards. */
const CARDS_BELOW = 640;
/** The edges, the boxes to tick and the buttons; a finger needs larger ones. */
const AROUND = matchMedia("(pointer: coarse)").matches ? 256 : 208;

/** Until they are measured. */
const HEIGHTS = {
  rows: { engine: 44, project: 36, container: 36 },
  compact: { engine: 40, project: 28, container: 28 },
  cards: { engine: 150, project: 52, container: 108 },
};

export function ContainerTable() {
  const list = items.value;
  const table = useRef(/** @type {HTMLElement | null} */ (null));
  const isEmpty = list.length === 0;
  const width = useWidth(table, isEmpty);
  const isCards = width < CARDS_BELOW;
  const current = session.value;
  const role = current.phase === "signed-in" ? current.user.role : undefined;
  const layout = useMemo(
    () => layoutOf(hiddenColumns.value, isCards ? Infinity : width, AROUND),
    [hiddenColumns.value, isCards, isCards || width],
  );
  useEffect(() => {
    fittingColumns.value = layout.columns;
  }, [layout]);
  // What the rows are in order of is looked at, too.
  const hasFigures = !isEmpty && (layout.columns.some(isFigureKey) || isFigureKey(order.value.key));
  useEffect(() => {
    drawFigures(hasFigures);
    return () => drawFigures(false);
  }, [hasFigures]);
  const surroundings = { role, layout, opened: openedContainer() };
  const look = isCards ? "cards" : isCompact.value ? "compact" : "rows";
  if (isEmpty) return containers.value.length > 0 && html`<${NoHits} />`;
  return html`<table
    class="containers is-${look} ${layout.hasLines ? "has-lines" : ""}"
    role="table"
    aria-label=${t("table.label")}
    aria-rowcount=${list.length + 1}
    ref=${table}
    style=${{ "--chosen": layout.template }}
  >
    <${TableHead} layout=${layout} isEmpty=${!hasHits.value} />
    <${VirtualRows}
      items=${list}
      estimates=${HEIGHTS[look]}
      draw=${(/** @type {Item} */ item, /** @type {number} */ at) => drawn(item, at + 2, surroundings)}
      called=${called}
      body=${BODY}
    />
  </table>`;
}

/**
 * @param {Item} item
 * @param {number} index of the row, the headings' is 1
 * @param {Surroundings} surroundings
 */
function drawn(item, index, { role, layout, opened }) {
  if (item.kind === "engine") return html`<${EngineRow} key=${item.key} item=${item} index=${index} />`;
  const engine = engineOf(item.engine);
  const unconfirmed = engine?.stale ? unconfirmedWords(engine.confirmed_at, now.peek()) : null;
  if (item.kind === "project") {
    const members = membersOf(item.engine, item.project);
    return html`<${ProjectRow}
      key=${item.key}
      name=${item.key}
      engine=${item.engine}
      project=${item.project}
      isOpen=${item.isOpen}
      members=${members}
      isStale=${unconfirmed !== null}
      layout=${layout}
      index=${index}
    />`;
  }
  const { container } = item;
  return html`<${ContainerRow}
    key=${item.key}
    container=${container}
    isMember=${item.isMember}
    layout=${layout}
    role=${role}
    host=${isHere(item.engine).value ? location.hostname : null}
    unconfirmed=${unconfirmed}
    open=${opened !== null && opened.engine === item.engine && container.id.startsWith(opened.id)}
    index=${index}
  />`;
}

/** @param {string} name */
function engineOf(name) {
  return engines.value.find(({ engine }) => engine === name);
}

function openedContainer() {
  const shown = panel.value;
  return shown?.panel === "container" ? shown : null;
}

/** For all rows at once. */
const BODY = {
  /** @param {FocusEvent} event */
  onFocusIn: (event) => {
    const row = /** @type {HTMLElement} */ (event.target).closest("tr");
    if (row?.dataset.container && row.dataset.key) cursorFollows(row.dataset.key);
  },
  /** Wherever a row is pressed it opens, but for what can be pressed itself. @param {MouseEvent} event */
  onClick: (event) => {
    const target = /** @type {HTMLElement} */ (event.target);
    if (target.closest("a, button, input, label, select, [popover], .row-note") || !getSelection()?.isCollapsed) return;
    /** @type {HTMLElement | null} */ (target.closest("tr")?.querySelector("[data-row-link]") ?? null)?.click();
  },
};

/**
 * The table's own width, not the window's: the open panel narrows it.
 *
 * @param {{current: HTMLElement | null}} table
 * @param {boolean} isEmpty there is none
 */
function useWidth(table, isEmpty) {
  const [width, setWidth] = useState(innerWidth);
  useLayoutEffect(() => {
    const fleet = table.current?.parentElement;
    if (!fleet) return;
    const measure = () => setWidth(fleet.clientWidth);
    const observer = new ResizeObserver(() => requestAnimationFrame(measure));
    measure();
    observer.observe(fleet);
    return () => observer.disconnect();
  }, [isEmpty]);
  return width;
}
