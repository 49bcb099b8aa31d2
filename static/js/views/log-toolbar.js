/** How a log is shown, and taking it away. On a narrow panel it folds behind one button. */

import { html } from "htm/preact";
import { useState } from "preact/hooks";
import { t } from "../lib/i18n.js";
import { asText } from "../lib/log-copy.js";
import { LEVELS } from "../lib/log-level.js";
import { downloadHref } from "../state/log-download.js";
import { TIMES, isWrapped, setTimes, times, toggleWrapped } from "../state/log-options.js";
import { CopyButton } from "../ui/copy-button.js";
import { Icon } from "../ui/icons.js";
import { Menu } from "../ui/menu.js";
import { LogSearchBar } from "./log-search-bar.js";

/**
 * @typedef {import("./log-lines.js").LogParts} LogParts
 * @typedef {import("../lib/log-level.js").Level} Level
 * @typedef {LogParts & {isMerged: boolean}} Props
 */

/** @param {Props} props */
export function LogToolbar(props) {
  const [isOpen, setOpen] = useState(false);
  return html`<div class="log-tools">
    <${LogSearchBar} ...${props} />
    <button
      type="button"
      class="icon-button log-more"
      aria-expanded=${isOpen}
      aria-label=${t("logs.options")}
      title=${t("logs.options")}
      onClick=${() => setOpen(!isOpen)}
    >
      <${Icon} name="more" />
    </button>
    <div class="log-options ${isOpen ? "is-open" : ""}" role="group" aria-label=${t("logs.options")}>
      <${Pause} reading=${props.reading} />
      <${Toggle} isOn=${isWrapped.value} label=${t("logs.wrap")} onPress=${toggleWrapped} />
      <${LevelChoice} search=${props.search} />
      <${TimeChoice} />
      <${Copy} ...${props} />
      <${Download} book=${props.book} />
    </div>
  </div>`;
}

/** @param {{isOn: boolean, label: string, onPress: () => void, data?: Record<string, string>}} props */
function Toggle({ isOn, label, onPress, data }) {
  return html`<button type="button" class="button" aria-pressed=${isOn} onClick=${onPress} ...${data}>${label}</button>`;
}

/** @param {{reading: LogParts["reading"]}} props */
function Pause({ reading }) {
  const isPaused = reading.isPaused.value;
  return html`<${Toggle}
    isOn=${isPaused}
    label=${t("logs.pause")}
    onPress=${() => (isPaused ? reading.toEnd() : reading.pause())}
    data=${{ "data-action": "log-pause" }}
  />`;
}

/** @param {{search: LogParts["search"]}} props */
function LevelChoice({ search }) {
  /** @param {{currentTarget: HTMLSelectElement}} event */
  const choose = ({ currentTarget }) => (search.level.value = LEVELS.find((level) => level === currentTarget.value) ?? null);
  return html`<select class="log-select" aria-label=${t("logs.level")} data-log-level onChange=${choose}>
    <option value="" selected=${search.level.value === null}>${t("logs.level_any")}</option>
    ${LEVELS.slice(1).map(
      (level) =>
        html`<option value=${level} selected=${search.level.value === level}>${t(`logs.level_from.${level}`)}</option>`,
    )}
  </select>`;
}

function TimeChoice() {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone ?? "";
  /** @param {{currentTarget: HTMLSelectElement}} event */
  const choose = ({ currentTarget }) => setTimes(TIMES.find((one) => one === currentTarget.value) ?? "off");
  return html`<select class="log-select" aria-label=${t("logs.times")} data-log-times onChange=${choose}>
    ${TIMES.map((one) => html`<option value=${one} selected=${times.value === one}>${t(`logs.times.${one}`, { zone })}</option>`)}
  </select>`;
}

/** What is marked, or else all that is shown. @param {Props} props */
function Copy({ search, labelOf, isMerged }) {
  const nameOf = isMerged ? (/** @type {string} */ container) => labelOf(container)?.name ?? "" : null;
  const text = () =>
    selectionInLogs() || asText(search.shown.peek(), { isTimed: times.peek() !== "off", nameOf });
  return html`<${CopyButton} text=${text} label=${t("logs.copy")} />`;
}

function selectionInLogs() {
  const selection = document.getSelection();
  const node = selection?.anchorNode;
  const element = node instanceof Element ? node : node?.parentElement;
  return element?.closest("[data-log-lines]") ? String(selection) : "";
}

/** @param {{book: LogParts["book"]}} props */
function Download({ book }) {
  const whole = () => download(downloadHref(book.tail.members));
  const span = () => {
    const moments = book.lines.map(({ timestamp }) => timestamp);
    const [from, to] = moments.reduce(([low, high], one) => [Math.min(low, one), Math.max(high, one)], [Infinity, 0]);
    if (moments.length > 0) download(downloadHref(book.tail.members, { from, to }));
  };
  return html`<${Menu}
    className="button"
    label=${t("logs.download")}
    items=${[
      { label: t("logs.download_whole"), run: whole, data: { "data-action": "download-whole" } },
      { label: t("logs.download_shown"), run: span, data: { "data-action": "download-shown" } },
    ]}
    data=${{ "data-action": "log-download" }}
  >
    ${t("logs.download")}
  <//>`;
}

/** By a link: what fails then is the download, and not the page. @param {string} href */
function download(href) {
  const link = document.createElement("a");
  link.href = href;
  link.download = "";
  link.click();
}
