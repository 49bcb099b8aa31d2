/**
 * What the tests put in place of the browser, and how they wait: for conditions, never for time.
 * Counterpart: static/js/client/outside.js.
 */

import assert from "node:assert/strict";
import { after } from "node:test";
import { Manager } from "socket.io-client";
import { TIMINGS, outsideOf } from "../../../static/js/client/outside.js";

/** The same order of events as in earnest, sooner. A life is never too short here. */
export const QUICK = {
  ...TIMINGS,
  connect_ms: 1500,
  head_start_ms: 500,
  retry_first_ms: 20,
  retry_max_ms: 100,
  probe_first_ms: 100,
  probe_max_ms: 200,
  short_life_ms: 0,
  poll_ms: 50,
  refresh_min_ms: 0,
};

export function outside(overrides = {}) {
  const { timings, ...rest } = overrides;
  return outsideOf({
    Manager,
    window: new EventTarget(),
    document: Object.assign(new EventTarget(), { visibilityState: "visible" }),
    locks: null,
    cookies: () => "",
    ...rest,
    timings: { ...QUICK, ...timings },
  });
}

/** Looks again until it is so; says what it waited for when it never is. */
export async function until(condition, what, ms = 20_000) {
  const ends_at = Date.now() + ms;
  for (;;) {
    const value = condition();
    if (value) return value;
    assert.ok(Date.now() < ends_at, `waited ${ms} ms for: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

export const connected = (live, source) =>
  until(() => live.connectionStatus === "connected" && (!source || live.source === source), `connected over ${source}`);

/** Whatever a test closes has to be closed: a timer left behind would go on in a page for ever. */
after(() => until(() => !process.getActiveResourcesInfo().includes("Timeout"), "the last timer's end"));
