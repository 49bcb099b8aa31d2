/**
 * The client library's state as signals; the only place of the page that holds
 * its two feeds. Counterpart: `static/js/client/`.
 */

import { batch, computed, signal } from "@preact/signals";
import { RealtimeContainers, RealtimeMetrics } from "../client/index.js";
import { engineRows } from "./api.js";
import { tellServerTime } from "./clock.js";
import { baseUrl } from "./page.js";

/**
 * @typedef {import("../client/types.js").Container} Container
 * @typedef {import("../client/types.js").EngineView} EngineView
 * @typedef {import("../client/types.js").HostMetrics} HostMetrics
 * @typedef {{status: import("../client/types.js").ConnectionStatus, source: import("../client/types.js").SourceKind | null}} Connection
 * @typedef {{engine: string, id: string}} Ref
 * @typedef {import("../client/metrics.js").Sample} Sample
 */

/** @type {import("@preact/signals").Signal<readonly Container[]>} */
export const containers = signal([]);
/** @type {import("@preact/signals").Signal<readonly EngineView[]>} */
export const engines = signal([]);
/** @type {import("@preact/signals").Signal<ReadonlyMap<string, HostMetrics>>} */
export const hosts = signal(new Map());
/** @type {import("@preact/signals").Signal<ReadonlyMap<string, string>>} */
export const versions = signal(new Map());
/** @type {import("@preact/signals").Signal<Connection>} */
export const connection = signal({ status: "connecting", source: null });
/**
 * Each engine's newest rows. What is in them is asked for one by one: a signal for each of a
 * thousand rows would cost more than the numbers.
 *
 * @type {import("@preact/signals").Signal<ReadonlyMap<string, Sample>>}
 */
export const samples = signal(new Map());
/** Unix seconds of the newest thing the server told as certain; null before the first. */
export const heardAt = signal(/** @type {number | null} */ (null));
export const loading = signal(true);

/**
 * Connected, and yet nothing is told of any engine: one that does not answer dockmon itself is said to be
 * stale, so this is dockmon's own silence.
 */
export const hearsNothing = computed(() => {
  const up = engines.value.filter(({ state }) => state === "up");
  return connection.value.status === "connected" && up.length > 0 && up.every(({ stale }) => stale);
});

/** @type {RealtimeContainers | null} */
let live = null;
/** @type {RealtimeMetrics | null} */
let metrics = null;
/** @type {RealtimeMetrics["host"] | null} what `hosts` was made of */
let toldHosts = null;
/** Who looks at the numbers of containers: what nobody looks at is not to be measured. */
const lookers = new Set();
const ASK_AGAIN_MS = 5000;
/** The engines that were up when their versions were last asked for. */
let askedFor = "";

/** @param {() => void} onUnauthorized the session has ended on the server's side */
export function openLive(onUnauthorized) {
  closeLive();
  const feed = new RealtimeContainers({ url: baseUrl });
  const figures = new RealtimeMetrics({ url: baseUrl, containers: lookers.size > 0 });
  live = feed;
  metrics = figures;
  feed.addEventListener("change", () => takeContainers(feed));
  figures.addEventListener("change", () => takeMetrics(figures));
  feed.addEventListener("status", () => {
    if (feed === live && feed.connectionStatus === "unauthorized") onUnauthorized();
  });
}

export function closeLive() {
  const [feed, figures] = [live, metrics];
  live = metrics = null;
  askedFor = "";
  feed?.disconnect();
  figures?.disconnect();
  batch(() => {
    containers.value = [];
    engines.value = [];
    hosts.value = new Map();
    samples.value = new Map();
    versions.value = new Map();
    connection.value = { status: "connecting", source: null };
    heardAt.value = null;
    loading.value = true;
  });
}

/** @param {RealtimeContainers} feed */
function takeContainers(feed) {
  if (feed !== live) return;
  batch(() => {
    containers.value = feed.containers;
    engines.value = feed.engines;
    loading.value = feed.loading;
    takeStatus(feed);
    for (const { confirmed_at, age_seconds } of feed.engines) {
      if (confirmed_at == null || age_seconds == null) continue;
      tellServerTime(confirmed_at + age_seconds);
      heard(confirmed_at);
    }
  });
  void learnVersions(feed);
}

/** @param {RealtimeContainers} feed */
function takeStatus({ connectionStatus, source }) {
  const { status, source: before } = connection.peek();
  if (status !== connectionStatus || source !== before) connection.value = { status: connectionStatus, source };
}

/** @param {number} timestamp */
function heard(timestamp) {
  if (timestamp > (heardAt.peek() ?? 0)) heardAt.value = timestamp;
}

/** @param {RealtimeMetrics} figures */
function takeMetrics(figures) {
  if (figures !== metrics) return;
  batch(() => {
    takeHosts(figures);
    takeSamples(figures);
  });
}

/** @param {RealtimeMetrics} figures */
function takeHosts({ host: told }) {
  if (told === toldHosts) return;
  toldHosts = told;
  /** @type {Map<string, HostMetrics>} */
  const known = new Map();
  for (const [engine, { host, timestamp }] of told) {
    if (host) known.set(engine, host);
    heard(timestamp);
  }
  hosts.value = known;
}

/** @param {RealtimeMetrics} figures */
function takeSamples({ samples: known }) {
  if (known === samples.peek()) return;
  samples.value = known;
  for (const { timestamp } of known.values()) heard(timestamp);
}

/**
 * @param {boolean} areWanted
 * @param {"table" | "panel"} [who]
 */
export function wantFigures(areWanted, who = "table") {
  const before = lookers.size > 0;
  if (areWanted) lookers.add(who);
  else lookers.delete(who);
  const after = lookers.size > 0;
  if (after !== before) metrics?.subscribe({ containers: after });
}

/** @param {Ref} container */
export function statsOf(container) {
  return metrics?.statsOf(container) ?? null;
}

/** @param {Ref} container */
export function historyOf(container) {
  return metrics?.historyOf(container) ?? null;
}

/** @param {string} engine */
export function hostHistoryOf(engine) {
  return metrics?.hostHistoryOf(engine) ?? null;
}

/**
 * @param {string[]} columns
 * @param {number} since Unix seconds
 */
export function peakOf(columns, since) {
  return metrics?.history.peak(columns, since) ?? 0;
}

/**
 * Versions are not part of the feed. They can only have changed while an engine
 * was away, so they are asked for when the set of those that are up changes.
 *
 * @param {RealtimeContainers} feed
 */
async function learnVersions({ engines: known }) {
  const up = known.filter(({ state }) => state === "up").map(({ engine }) => engine).join(" ");
  if (up === askedFor) return;
  askedFor = up;
  if (up === "") return;
  const answer = await engineRows().catch(() => null);
  if (askedFor !== up) return;
  if (!answer) {
    // What was known stays true; news asks again, though not as fast as a busy fleet has some.
    setTimeout(() => (askedFor = askedFor === up ? "" : askedFor), ASK_AGAIN_MS);
    return;
  }
  versions.value = new Map(answer.flatMap(({ engine, version }) => (version ? [[engine, version]] : [])));
}

/**
 * @param {Ref} ref with a full id, or as much of one as an address holds
 * @returns {Container | undefined}
 */
export function containerOf({ engine, id }) {
  return containers.value.find((container) => container.engine === engine && container.id.startsWith(id));
}

/**
 * @param {Ref} container
 * @param {import("../client/types.js").ActionName} action
 * @param {import("../client/types.js").ActionOptions} options
 * @returns {Promise<import("../client/types.js").ActionResult>}
 */
export async function performAction(container, action, options) {
  if (live) return live.performAction(container, action, options);
  const error = { code: "connection.lost", message: "signed out; nothing was sent", params: {}, request_id: "" };
  return { ok: false, outcome: "failed", error };
}

/**
 * @param {Ref | Ref[]} container several are merged
 * @param {import("../client/types.js").LogOptions} options
 */
export function getLogs(container, options) {
  return required(live).getLogs(container, options);
}

/**
 * @param {Ref} container
 * @param {import("../client/types.js").InspectOptions} options
 */
export function inspect(container, options) {
  return required(live).inspect(container, options);
}

/**
 * @param {Ref} container
 * @param {AbortSignal} signal
 */
export function processesOf(container, signal) {
  return required(live).top(container, { signal });
}

/**
 * @template T
 * @param {T | null} feed
 * @returns {T}
 */
function required(feed) {
  if (!feed) throw new Error("nobody is signed in");
  return feed;
}
