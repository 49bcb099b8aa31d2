/** The pill that says whether the page is being told, by which way, and how long ago. */

import { html } from "htm/preact";
import { useMemo } from "preact/hooks";
import { computed } from "@preact/signals";
import { duration } from "../lib/format.js";
import { t } from "../lib/i18n.js";
import { now } from "../state/clock.js";
import { connection, heardAt, hearsNothing } from "../state/live.js";
import { StateMark } from "../ui/state-mark.js";

/** @type {Record<string, {shape: string, tone: string}>} */
const LOOKS = {
  live: { shape: "running", tone: "ok" },
  silent: { shape: "unconfirmed", tone: "warn" },
  connecting: { shape: "restarting", tone: "warn" },
  reconnecting: { shape: "restarting", tone: "warn" },
  offline: { shape: "failed", tone: "bad" },
};

/** The library never gives up; the page stops sounding hopeful after this much silence. */
const OFFLINE_AFTER_SECONDS = 10;

/** A word of its own, so that only a change of it redraws the pill. */
const word = computed(() => {
  const { status } = connection.value;
  if (status === "connected") return hearsNothing.value ? "silent" : "live";
  if (status === "disconnected" || status === "unauthorized") return "offline";
  if (heardAt.value != null && now.value - heardAt.value > OFFLINE_AFTER_SECONDS) return "offline";
  return status;
});

export function Connection() {
  const { status, source } = connection.value;
  const { shape, tone } = LOOKS[word.value];
  return html`<span
    class="pill"
    data-testid="connection"
    data-status=${status}
    data-source=${source ?? ""}
    data-tone=${tone}
  >
    <${StateMark} shape=${shape} tone=${tone} />
    <strong role="status">${t(`connection.${word.value}`)}</strong>
    ${status === "connected" && source && html`<span class="source">· ${t(`source.${source}`)}</span>`}
    <${HeardAge} />
  </span>`;
}

/** Its own component: it alone is redrawn every second. */
function HeardAge() {
  const age = useMemo(
    () =>
      computed(() => {
        const at = heardAt.value;
        return at == null ? "" : `· ${duration(now.value - at)}`;
      }),
    [],
  );
  return html`<span class="age" title=${t("connection.age")}>${age}</span>`;
}
