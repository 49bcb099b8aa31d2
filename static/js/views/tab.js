/** The browser's tab: title and icon tell the worst of what is known. Counterpart: `static/favicon*.svg`. */

import { effect } from "@preact/signals";
import { worst } from "../lib/counts.js";
import { tn } from "../lib/i18n.js";
import { connection, containers, engines } from "../state/live.js";
import { basePath } from "../state/page.js";
import { session } from "../state/session.js";

const ICONS = { ok: "favicon.svg", warn: "favicon-amber.svg", bad: "favicon-red.svg" };

/** Keeps the tab true for as long as the page lives. */
export function showWorst() {
  const icon = document.querySelector('link[rel="icon"]');
  effect(() => {
    const { level, kind, count } = current();
    document.title = count ? `${tn(`title.${kind}`, count)} · dockmon` : "dockmon";
    const href = `${basePath}static/${ICONS[level]}`;
    if (icon && icon.getAttribute("href") !== href) icon.setAttribute("href", href);
  });
}

/** @returns {import("../lib/counts.js").Worst} */
function current() {
  const quiet = session.value.phase !== "signed-in" || connection.value.status === "connecting";
  if (quiet) return { level: "ok", kind: "none", count: 0 };
  return worst(containers.value, engines.value, connection.value.status === "connected");
}
