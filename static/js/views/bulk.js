/** Acting on many: the bar for what is picked, the question before it destroys, and what came of it. */

import { html } from "htm/preact";
import { useComputed } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { t, tn } from "../lib/i18n.js";
import { severalLogsHref } from "../lib/route.js";
import { isDestructive, offerKey, offersOfMany } from "../lib/rules.js";
import { announced, pressMany, question, runs } from "../state/bulk.js";
import { clearSelection, hiddenCount, selected, selection, selectShown } from "../state/selection.js";
import { role } from "../state/session.js";
import { shownRows } from "../state/shown.js";
import { IconButton } from "../ui/icon-button.js";
import { Icon } from "../ui/icons.js";
import { useKeptFocus } from "../ui/kept-focus.js";
import { Menu } from "../ui/menu.js";
import { singlePress } from "../ui/single-press.js";
import { ManyQuestion } from "./bulk-question.js";
import { RunCard } from "./bulk-run.js";
import { plainName } from "./row-actions.js";

/**
 * @typedef {import("../client/types.js").Container} Container
 * @typedef {import("../lib/rules.js").Offer} Offer
 */

/** Those that are pressed most stand in the bar, the others behind "more". */
const IN_BAR = ["start", "unpause", "restart", "stop"];
/** Where the keyboard goes on when the bar has gone. */
const AFTERWARDS = '[data-testid="select-all"], #fleet';
/** What the server merges at once. */
const MOST_LOGS = 50;

export function BulkBar() {
  const asked = question.value;
  const size = selection.value.size;
  const all = runs.value;
  const box = useRef(/** @type {HTMLElement | null} */ (null));
  useKeptFocus(box, AFTERWARDS);
  useEffect(() => (box.current ? keepRowsClear(box.current) : undefined), []);
  const cards = all.map((run) => html`<${RunCard} key=${run.id} run=${run} />`);
  const isEmpty = !asked && size === 0 && cards.length === 0;
  return html`
    <div class="bulk" ref=${box} data-testid="bulk" hidden=${isEmpty} ...${singlePress}>
      ${cards.length > 0 && html`<div class="bulk-runs">${cards}</div>`}
      ${asked
        ? html`<${ManyQuestion} key=${keyOf(asked)} wish=${asked} />`
        : size > 0 && html`<${SelectionBar} size=${size} />`}
    </div>
    <${Announced} />
  `;
}

/**
 * Rows that the keyboard comes to stand clear of the bar, however high it is.
 *
 * @param {HTMLElement} bar
 */
function keepRowsClear(bar) {
  const root = document.documentElement;
  const observer = new ResizeObserver(() => (root.style.scrollPaddingBottom = `${bar.offsetHeight}px`));
  observer.observe(bar);
  return () => observer.disconnect();
}

/** The same words twice are read out twice: they are another element. */
function Announced() {
  const { of, words } = announced.value;
  return html`<p class="sr" role="status" data-testid="bulk-announced"><span key=${of}>${words}</span></p>`;
}

/** @param {import("../state/bulk.js").Wish} wish */
function keyOf({ offer, project }) {
  return `${offerKey(offer)} ${project ?? ""}`;
}

/** @param {{size: number}} props */
function SelectionBar({ size }) {
  const hidden = hiddenCount.value;
  return html`<div class="bulk-bar" role="group" aria-label=${t("bulk.label")}>
    <span class="bulk-count" data-testid="selected">
      <strong>${tn("bulk.selected", size)}</strong>
      ${hidden > 0 && html`<span class="muted">${tn("bulk.hidden", hidden)}</span>`}
    </span>
    <${ManyActions} />
    <span class="spacer"></span>
    <${ShownButton} />
    <${IconButton} icon="close" label=${t("bulk.clear")} data-action="clear-selection" onClick=${clearSelection} />
  </div>`;
}

function ManyActions() {
  const containers = selected.value;
  const all = offersOfMany(role.value, containers);
  const inBar = all.filter(({ offer }) => IN_BAR.includes(offer.action));
  const inMenu = all.filter(({ offer }) => !IN_BAR.includes(offer.action));
  return html`<span class="bulk-actions">
    ${inBar.map(
      ({ offer, fitting }) => html`<button
        key=${offer.action}
        type="button"
        class="button"
        data-action=${offer.action}
        onClick=${() => pressMany({ offer, containers: fitting, project: null })}
      >
        <${Icon} name=${offer.action} size=${14} />${manyName(offer, fitting.length, containers.length)}
      </button>`,
    )}
    ${containers.length > 1 && containers.length <= MOST_LOGS && html`<${LogsLink} containers=${containers} />`}
    ${inMenu.length > 0 &&
    html`<${Menu}
      label=${t("bulk.more")}
      className="button"
      items=${inMenu.map(({ offer, fitting }) => menuItem(offer, fitting, containers.length))}
      data=${{ "data-action": "more" }}
    >
      <${Icon} name="more" size=${14} />
    <//>`}
  </span>`;
}

/** @param {{containers: readonly Container[]}} props */
function LogsLink({ containers }) {
  return html`<a class="button" data-action="logs" href=${severalLogsHref([...containers])}>
    <${Icon} name="logs" size=${14} />${t("bulk.logs")}
  </a>`;
}

/**
 * @param {Offer} offer
 * @param {Container[]} fitting
 * @param {number} of
 * @returns {import("../ui/menu.js").MenuItem}
 */
function menuItem(offer, fitting, of) {
  return {
    label: manyName(offer, fitting.length, of),
    icon: offer.action,
    danger: isDestructive(offer.action),
    run: () => pressMany({ offer, containers: fitting, project: null }),
    data: { "data-action": offerKey(offer) },
  };
}

/**
 * How many of how many: whose state does not fit is not asked.
 *
 * @param {Offer} offer
 * @param {number} count
 * @param {number} of
 */
function manyName(offer, count, of) {
  const action = plainName(offer);
  const name = count === of ? t("bulk.do_all", { action, count }) : t("bulk.do_some", { action, count, of });
  return isDestructive(offer.action) ? `${name}…` : name;
}

function ShownButton() {
  const shown = useComputed(() => shownRows.value.length).value;
  const isAll = useComputed(() => selection.value.size - hiddenCount.value === shownRows.value.length).value;
  if (isAll) return null;
  return html`<button type="button" class="button plain" data-action="select-shown" onClick=${selectShown}>
    ${tn("bulk.select_shown", shown)}
  </button>`;
}
