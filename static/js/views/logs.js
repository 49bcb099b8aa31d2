/**
 * The logs of one container or of several, merged: live, searched, and read back as far as they
 * go. Mounted by the panel. Counterparts: `state/log-book.js` and `state/tail.js`, which fetch.
 */

import { html } from "htm/preact";
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { t } from "../lib/i18n.js";
import { isTyping } from "../lib/keys.js";
import { LogBook } from "../state/log-book.js";
import { LogLabels } from "../state/log-labels.js";
import { LogReading } from "../state/log-reading.js";
import { LogSearch } from "../state/log-search.js";
import { LogLines } from "./log-lines.js";
import { goToMatch } from "./log-search-bar.js";
import { LogState } from "./log-state.js";
import { LogToolbar } from "./log-toolbar.js";

/**
 * @typedef {import("../state/live.js").Ref} Ref
 * @typedef {import("./log-lines.js").LogParts} LogParts
 */

/**
 * @param {{refs: Ref[], title: string}} props refs: a new array when others belong to it
 */
export function LogView({ refs, title }) {
  const [parts] = useState(() => opened(refs));
  // Not useEffect: of what is gone before it was painted, that would never be registered.
  useLayoutEffect(() => () => [parts.search, parts.reading, parts.book].forEach((part) => part.close()), []);
  useEffect(() => parts.book.tail.setRefs(refs), [refs]);
  const [labels] = useState(() => new LogLabels());
  useMemo(() => labels.setMembers(refs, parts.book.lines), [refs]);
  const isMerged = refs.length > 1 || labels.size > 1;
  const labelOf = useMemo(() => (/** @type {string} */ container) => (isMerged ? labels.of(container) : null), [isMerged]);
  /** @type {LogParts} */
  const props = { ...parts, labelOf };
  const section = useRef(/** @type {HTMLElement | null} */ (null));
  useEffect(() => listenFor(/** @type {HTMLElement} */ (section.current), props), []);
  return html`<section class="log-view" data-testid="logs" ref=${section} aria-label=${t("logs.label", { name: title })}>
    <${LogToolbar} ...${props} isMerged=${isMerged} />
    <${LogLines} ...${props} />
    <${LogState} ...${props} refs=${refs} />
  </section>`;
}

/** @param {Ref[]} refs */
function opened(refs) {
  const book = new LogBook(refs);
  return { book, search: new LogSearch(book), reading: new LogReading(book) };
}

/**
 * Keys pressed anywhere in the panel are for the log; outside of it they are the page's.
 *
 * @param {HTMLElement} section
 * @param {LogParts} props
 */
function listenFor(section, props) {
  const panel = section.closest("aside") ?? section;
  /** @param {KeyboardEvent} event */
  const listen = (event) => onKey(event, section, props);
  panel.addEventListener("keydown", listen);
  return () => panel.removeEventListener("keydown", listen);
}

/**
 * @param {KeyboardEvent} event
 * @param {HTMLElement} section
 * @param {LogParts} props
 */
function onKey(event, section, props) {
  if (event.defaultPrevented || event.altKey) return;
  const isFind = event.key.toLowerCase() === "f" && (event.ctrlKey || event.metaKey);
  const isPlain = !event.ctrlKey && !event.metaKey && !isTyping(event.target);
  if (isFind || (isPlain && event.key === "/")) {
    /** @type {HTMLInputElement | null} */ (section.querySelector("[data-log-search]"))?.select();
  } else if (isPlain && event.key === "n") goToMatch(props, 1);
  else if (isPlain && event.key === "N") goToMatch(props, -1);
  else if (isPlain && event.key === "End") props.reading.toEnd();
  else return;
  event.preventDefault();
}
