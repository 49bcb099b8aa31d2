/**
 * The panel as a place: where the focus goes when it opens and when it closes, and which of its
 * three kinds is in it. On a phone it is a page of its own.
 */

import { html } from "htm/preact";
import { useEffect, useRef } from "preact/hooks";
import { effect } from "@preact/signals";
import { isTableCovered, panel } from "../state/page.js";
import { ContainerPanel } from "./panel-container.js";
import { TITLE_ID } from "./panel-head.js";
import { ProjectPanel, SeveralPanel } from "./panel-logs.js";

/**
 * @typedef {import("../lib/route.js").PanelRoute} PanelRoute
 * @typedef {{key: string, route: PanelRoute | null, opener: Element | null}} Opened
 */

export function PanelFrame() {
  const opened = panel.value;
  const key = opened ? keyOf(opened) : "";
  const last = useRef(/** @type {Opened} */ ({ key: "", route: null, opener: null }));
  // Looked up while it is drawn for the first time: afterwards the title has the focus.
  if (opened && key !== last.current.key) last.current = { key, route: opened, opener: openerNow() };
  useEffect(() => effect(() => setCovered(isTableCovered.value)), []);
  useEffect(
    () => () => {
      setCovered(false);
      giveFocusBack(last.current);
    },
    [],
  );
  return html`<aside class="panel" data-testid="panel" data-kind=${opened?.panel} aria-labelledby=${TITLE_ID}>
    ${opened && html`<${contentOf(opened)} key=${key} ...${opened} />`}
  </aside>`;
}

/** The same for a whole id and for as much of one as our links hold. @param {PanelRoute} route */
function keyOf(route) {
  if (route.panel === "container") return `c/${route.engine}/${route.id.slice(0, 12)}`;
  if (route.panel === "project") return `p/${route.engine}/${route.project}`;
  return route.containers.map(({ engine, id }) => `${engine}/${id}`).join(" ");
}

/** @param {PanelRoute} route @returns {(props: any) => any} */
function contentOf(route) {
  if (route.panel === "container") return ContainerPanel;
  return route.panel === "project" ? ProjectPanel : SeveralPanel;
}

/**
 * What lies under a full page must not be reached by the Tab key.
 *
 * @param {boolean} isCovered
 */
function setCovered(isCovered) {
  for (const one of document.querySelectorAll(".bar, .fleet, .skip")) one.toggleAttribute("inert", isCovered);
}

/** What opened the panel; the whole table, or something in the panel itself, is no place to go back to. */
function openerNow() {
  const element = document.activeElement;
  return element?.closest(".panel") || element?.id === "fleet" ? null : element;
}

/**
 * To what opened it last; rows come and go, so else to the row of what was open, or to the table.
 *
 * @param {Opened} was
 */
function giveFocusBack({ route, opener }) {
  const isElsewhere = document.activeElement !== document.body && !document.activeElement?.closest(".panel");
  if (isElsewhere) return;
  const row = route?.panel === "container" ? `[data-container^="${CSS.escape(route.id)}"]` : null;
  const next = [opener, row && document.querySelector(`${row} a, ${row} button`), document.getElementById("fleet")];
  for (const one of next) {
    if (!(one instanceof HTMLElement) || !one.isConnected || one === document.body) continue;
    one.focus({ preventScroll: true });
    if (document.activeElement === one) return;
  }
}
