/** Numbers of hosts and containers as they come over the wire. Counterpart: static/js/client/metrics.js. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { SAMPLES } from "../../static/js/client/history.js";
import { RealtimeMetrics } from "../../static/js/client/index.js";
import { connected, outside, until } from "./support/harness.js";
import { startPeer } from "./support/peer.js";

const ID = "0".repeat(63) + "1";
const CONTAINER = { engine: "local", id: ID };

async function start(t, options = {}, peerOptions = {}) {
  const peer = await startPeer(peerOptions);
  const live = new RealtimeMetrics({ url: peer.url, token: "t", outside: outside(), ...options });
  t.after(async () => {
    live.disconnect();
    await peer.close();
  });
  await connected(live);
  return { peer, live };
}

/** Seconds after the first sample. */
function later(peer, live, seconds, fields = {}) {
  const timestamp = live.historyOf(CONTAINER).times()[0] + seconds;
  peer.tell("/metrics", "container-stats", { ...peer.statsPayload(), timestamp, ...fields });
}

const drawn = (live) => [...live.historyOf(CONTAINER).values("cpu_percent")].map((value) => (Number.isNaN(value) ? null : value));

test("rows become stats and history, found by the container", async (t) => {
  const { peer, live } = await start(t, { interval_seconds: 2 });
  assert.deepEqual(peer.metricsSubscribes, [{ interval_seconds: 2 }]);
  assert.equal(live.statsOf(CONTAINER).cpu_percent, 1.5);
  assert.equal(live.statsOf(CONTAINER).memory_bytes, 1000);
  later(peer, live, 1, { rows: [[ID.slice(0, 12), null, 2000], "malformed", []] });
  await until(() => live.statsOf(CONTAINER).memory_bytes === 2000, "the next sample");
  const { timestamp, interval_seconds } = live.samples.get("local");
  assert.deepEqual(live.statsOf(CONTAINER), {
    engine: "local",
    id: ID.slice(0, 12),
    cpu_percent: null,
    memory_bytes: 2000,
    interval_seconds,
    timestamp,
  });
  assert.deepEqual([...live.historyOf(CONTAINER).values("memory_bytes")], [1000, 2000]);
});

test("stats is the same Map until something changes", async (t) => {
  const { peer, live } = await start(t);
  const before = live.stats;
  assert.deepEqual([...before.keys()], [`local/${ID.slice(0, 12)}`]);
  assert.equal(live.stats, before);
  later(peer, live, 1);
  await until(() => live.stats !== before, "the next sample");
  assert.deepEqual(live.stats.get(`local/${ID.slice(0, 12)}`), live.statsOf(CONTAINER));
});

test("a sample that comes again is not drawn twice, and an overtaken one not at all", async (t) => {
  const { peer, live } = await start(t);
  const again = { ...peer.statsPayload(), timestamp: live.historyOf(CONTAINER).last };
  peer.metricsAnswer = () => [{ engine: "local", metrics: peer.hostPayload(), container_stats: again }];
  peer.cut();
  await until(() => live.connectionStatus === "reconnecting", "the loss");
  await connected(live);
  assert.equal(live.historyOf(CONTAINER).length, 1);
  later(peer, live, -2);
  later(peer, live, 1);
  await until(() => live.historyOf(CONTAINER).length === 2, "the next sample");
  assert.equal(live.samples.get("local").timestamp, again.timestamp + 1);
});

test("after a lost connection the line goes on behind a gap", async (t) => {
  const { peer, live } = await start(t);
  const timestamp = live.historyOf(CONTAINER).last + 40;
  peer.metricsAnswer = () => [{ engine: "local", metrics: null, container_stats: { ...peer.statsPayload(), timestamp } }];
  peer.cut();
  await until(() => live.samples.get("local").timestamp === timestamp, "the first sample of the next connection");
  assert.deepEqual(drawn(live), [1.5, null, 1.5]);
});

test("a server whose clock was put back is believed, with a new history", async (t) => {
  const { peer, live } = await start(t);
  const { timestamp } = peer.hostPayload();
  peer.tell("/metrics", "metrics", { ...peer.hostPayload(), timestamp: timestamp - 3600 });
  later(peer, live, -3600, { rows: [[ID.slice(0, 12), 7, 1]] });
  await until(() => live.statsOf(CONTAINER).cpu_percent === 7, "the sample by the other clock");
  assert.deepEqual(drawn(live), [7]);
  assert.ok(live.host.get("local").timestamp < timestamp - 3000);
});

test("a stopped container has no stats and a gap; its history goes when it stays away", async (t) => {
  const { peer, live } = await start(t);
  later(peer, live, 1, { rows: [] });
  await until(() => live.statsOf(CONTAINER) === null, "the row's end");
  assert.deepEqual(drawn(live), [1.5, null]);
  for (let second = 2; second <= SAMPLES; second += 1) later(peer, live, second, { rows: [] });
  await until(() => live.history.size === 0, "the memory's end");
});

test("whoever wants no containers any more keeps the line and no numbers", async (t) => {
  const { peer, live } = await start(t);
  live.subscribe({ containers: false });
  await until(() => live.statsOf(CONTAINER) === null, "the smaller set");
  assert.deepEqual(peer.metricsSubscribes, [{}, { containers: false }]);
  assert.deepEqual([live.stats.size, live.samples.size, live.host.size], [0, 0, 1]);
  assert.deepEqual(drawn(live), [1.5]);
  live.subscribe({ containers: true, interval_seconds: 5 });
  await until(() => live.statsOf(CONTAINER), "the larger set");
  assert.deepEqual(peer.metricsSubscribes.at(-1), { containers: true, interval_seconds: 5 });
  assert.deepEqual(drawn(live), [1.5, 1.5]);
});

test("an engine that is not wanted any more is forgotten", async (t) => {
  const { peer, live } = await start(t);
  peer.metricsAnswer = () => [];
  live.subscribe({ engines: [] });
  await until(() => live.host.size === 0, "the smaller set");
  assert.deepEqual([live.stats.size, live.history.size, live.samples.size], [0, 0, 0]);
});

test("over plain HTTP the same numbers come, and only those that are wanted are asked for", async (t) => {
  const { peer, live } = await start(t, { containers: false }, { socketio: false });
  assert.equal(live.source, "http");
  const asked = (name) => peer.requests.filter((request) => request.name === name).length;
  assert.deepEqual([asked("GET stats"), live.statsOf(CONTAINER)], [0, null]);
  live.subscribe({});
  await until(() => live.historyOf(CONTAINER)?.length > 2, "three looks");
  assert.equal(live.statsOf(CONTAINER).cpu_percent, 1.5);
  assert.ok(asked("GET system") > 2);
});

test("over plain HTTP a change of what is wanted does not wait for the next look", async (t) => {
  const timings = { ...outside().timings, poll_ms: 3_600_000 };
  const { live } = await start(t, { containers: false, outside: outside({ timings }) }, { socketio: false });
  live.subscribe({ containers: true });
  await until(() => live.statsOf(CONTAINER), "numbers, long before the next look");
});

test("a machine has a history, too, and none where nothing is told of it", async (t) => {
  const { peer, live } = await start(t);
  const begun = live.hostHistoryOf("local").last;
  const host = { cpu_percent: 34, memory_used_bytes: 5, network_rx_bytes_per_second: null };
  peer.tell("/metrics", "metrics", { engine: "local", host, timestamp: begun + 1 });
  peer.tell("/metrics", "metrics", { engine: "local", host, timestamp: begun + 1 });
  await until(() => live.hostHistoryOf("local").length === 2, "the next sample");
  assert.deepEqual([...live.hostHistoryOf("local").values("cpu_percent")], [12, 34]);
  assert.deepEqual([...live.hostHistoryOf("local").values("network_rx_bytes_per_second")], [NaN, NaN]);
  peer.tell("/metrics", "metrics", { engine: "nas", host: null, timestamp: begun + 1 });
  await until(() => live.host.has("nas"), "the engine elsewhere");
  assert.equal(live.hostHistoryOf("nas"), null);
});

test("the history of a machine stays bounded", async (t) => {
  const { peer, live } = await start(t);
  const begun = live.hostHistoryOf("local").last;
  for (let second = 1; second <= SAMPLES * 2; second += 1) {
    peer.tell("/metrics", "metrics", { engine: "local", host: { cpu_percent: second }, timestamp: begun + second });
  }
  await until(() => live.hostHistoryOf("local").last === begun + SAMPLES * 2, "the last sample");
  assert.equal(live.hostHistoryOf("local").length, SAMPLES);
});
