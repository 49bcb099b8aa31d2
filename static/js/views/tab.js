/** The browser's tab: title and icon tell the worst of what is known. Counterpart: `static/favicon*.svg`. */

import { effect, signal } from "@preact/signals";
import { worst } from "../lib/counts.js";
import { tn } from "../lib/i18n.js";
import { connection, containers, engines, hearsNothing, loading } from "../state/live.js";
import { session } from "../state/session.js";

const FILES = { ok: "favicon.svg", warn: "favicon-amber.svg", bad: "favicon-red.svg" };

/** @type {import("@preact/signals").Signal<Record<string, string>>} by level, as addresses that ask nobody */
const icons = signal({});

/** Keeps the tab true for as long as the page lives. */
export function showWorst() {
  const icon = document.querySelector('link[rel="icon"]');
  const untilShown = effect(() => {
    if (loading.value) return;
    queueMicrotask(() => untilShown());
    void keepIcons();
  });
  effect(() => {
    const { level, kind, count } = current();
    document.title = count ? `${tn(`title.${kind}`, count)} · dockmon` : "dockmon";
    const href = icons.value[level] ?? addressOf(level);
    if (icon && icon.getAttribute("href") !== href) icon.setAttribute("href", href);
  });
}

/**
 * The icon for "not live" is needed just when the server can no longer be asked for it: fetched ahead, but
 * after what one came to see.
 */
async function keepIcons() {
  for (const level of /** @type {(keyof typeof FILES)[]} */ (Object.keys(FILES))) {
    const answer = await fetch(addressOf(level)).catch(() => null);
    if (!answer?.ok) continue;
    icons.value = { ...icons.value, [level]: `data:image/svg+xml,${encodeURIComponent(await answer.text())}` };
  }
}

/** @param {keyof typeof FILES} level */
function addressOf(level) {
  return new URL(`../../${FILES[level]}`, import.meta.url).pathname;
}

/** @returns {import("../lib/counts.js").Worst} */
function current() {
  const quiet = session.value.phase !== "signed-in" || connection.value.status === "connecting";
  if (quiet) return { level: "ok", kind: "none", count: 0 };
  return worst(containers.value, engines.value, connection.value.status === "connected" && !hearsNothing.value);
}
