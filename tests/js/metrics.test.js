/** Numbers and their history. Counterpart: static/js/client/metrics.js, history.js. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { History, Ring, SAMPLES } from "../../static/js/client/history.js";
import { RealtimeMetrics } from "../../static/js/client/index.js";
import { connected, outside, until } from "./support/harness.js";
import { startPeer } from "./support/peer.js";

const ID = "0".repeat(63) + "1";

async function start(t) {
  const peer = await startPeer();
  const live = new RealtimeMetrics({ url: peer.url, token: "t", outside: outside(), interval_seconds: 2 });
  t.after(async () => {
    live.disconnect();
    await peer.close();
  });
  await connected(live);
  return { peer, live };
}

test("a ring keeps the last 120, in order, and gaps as gaps", () => {
  const ring = new Ring(["cpu_percent", "pids"]);
  assert.deepEqual([...ring.values("cpu_percent")], []);
  assert.ok(Number.isNaN(ring.last));
  for (let time = 0; time < SAMPLES * 2.5; time += 1) ring.push(time, ["id", time, time % 7 ? time : null]);
  assert.equal(ring.length, SAMPLES);
  assert.deepEqual([...ring.times()], Array.from({ length: SAMPLES }, (_, index) => index + SAMPLES * 1.5));
  assert.deepEqual([...ring.values("cpu_percent")], [...ring.times()]);
  assert.ok([...ring.values("pids")].every((value, index) => (ring.times()[index] % 7 ? value > 0 : Number.isNaN(value))));
  assert.equal(ring.last, SAMPLES * 2.5 - 1);
  assert.equal(ring.values("nonsense").length, SAMPLES);
});

test("other columns begin a new ring", () => {
  const history = new History();
  history.push("local/1", ["pids"], 1, ["1", 5]);
  history.push("local/1", ["pids", "cpu_percent"], 2, ["1", 6, 7]);
  assert.deepEqual([...history.get("local/1").values("pids")], [6]);
});

test("rows become stats and history, found by the container", async (t) => {
  const { peer, live } = await start(t);
  const container = { engine: "local", id: ID };
  assert.equal(live.statsOf(container).cpu_percent, 1.5);
  assert.equal(live.statsOf(container).memory_bytes, 1000);
  const next = { ...peer.statsPayload(), timestamp: Date.now() / 1000 + 1 };
  peer.tell("/metrics", "container-stats", { ...next, rows: [[ID.slice(0, 12), null, 2000], "malformed", []] });
  await until(() => live.statsOf(container).memory_bytes === 2000, "the next sample");
  assert.equal(live.statsOf(container).cpu_percent, null);
  assert.deepEqual([...live.historyOf(container).values("memory_bytes")], [1000, 2000]);
});

test("a sample that comes again is not drawn twice", async (t) => {
  const { peer, live } = await start(t);
  const again = { ...peer.statsPayload(), timestamp: live.historyOf({ engine: "local", id: ID }).last };
  peer.metricsAnswer = () => [{ engine: "local", metrics: peer.hostPayload(), container_stats: again }];
  peer.cut();
  await until(() => live.connectionStatus === "reconnecting", "the loss");
  await connected(live);
  assert.equal(live.historyOf({ engine: "local", id: ID }).length, 1);
});

test("a stopped container has no stats; its history goes when it stays away", async (t) => {
  const { peer, live } = await start(t);
  const container = { engine: "local", id: ID };
  const empty = { ...peer.statsPayload(), rows: [] };
  peer.tell("/metrics", "container-stats", { ...empty, timestamp: Date.now() / 1000 + 5 });
  await until(() => live.statsOf(container) === null, "the row's end");
  assert.equal(live.history.size, 1);
  peer.tell("/metrics", "container-stats", { ...empty, timestamp: Date.now() / 1000 + SAMPLES + 10 });
  await until(() => live.history.size === 0, "the memory's end");
});

test("an engine that is not wanted any more is forgotten", async (t) => {
  const { peer, live } = await start(t);
  peer.metricsAnswer = () => [];
  live.subscribe({ engines: [] });
  await until(() => live.host.size === 0, "the smaller set");
  assert.deepEqual([live.stats.size, live.history.size], [0, 0]);
});
