/** Down the ladder and up again, against a real server. Counterpart: ladder.js, climb.js, the sources. */

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { test } from "node:test";
import { RealtimeContainers, RealtimeMetrics } from "../../static/js/client/index.js";
import { TIMINGS } from "../../static/js/client/outside.js";
import { containerOf } from "./support/fleet.js";
import { connected, outside, until } from "./support/harness.js";
import { startPeer } from "./support/peer.js";

async function start(t, peerOptions, liveOptions = {}, Class = RealtimeContainers) {
  const peer = await startPeer(peerOptions);
  const live = new Class({ url: peer.url, token: "t", outside: outside(), ...liveOptions });
  t.after(async () => {
    live.disconnect();
    await peer.close();
  });
  return { peer, live };
}

const names = (live) => live.containers.map(({ name }) => name).sort();
const add = (peer, number) => peer.change([containerOf("local", number)]);

test("WebSocket where it works, and deltas arrive", async (t) => {
  const { peer, live } = await start(t);
  assert.equal(live.connectionStatus, "connecting");
  assert.equal(live.loading, true);
  await connected(live, "websocket");
  assert.equal(live.loading, false);
  assert.deepEqual(names(live), ["c1"]);
  assert.deepEqual(peer.subscribes, [{ mode: "delta" }]);
  add(peer, 2);
  await until(() => live.containers.length === 2, "the delta");
  assert.equal(live.summary.total, 2);
  assert.equal(live.server.user.username, "ada");
});

test("long-polling where no WebSocket gets through", async (t) => {
  const { peer, live } = await start(t, { transports: ["polling"] });
  await connected(live, "long-polling");
  add(peer, 2);
  await until(() => live.containers.length === 2, "the delta");
});

test("plain HTTP where there is no Socket.IO at all: the same data", async (t) => {
  const { peer, live } = await start(t, { socketio: false });
  await connected(live, "http");
  peer.local.change([containerOf("local", 2, { state: "exited" })]);
  await until(() => live.containers.length === 2, "the next look");
  assert.deepEqual(live.engines.map(({ engine, state, confirmed }) => [engine, state, confirmed]), [["local", "up", true]]);
  assert.equal(live.summary.total, 2);
  assert.equal(live.summary.exited, 1);
});

test("over plain HTTP what did not change keeps its identity", async (t) => {
  const { peer, live } = await start(t, { socketio: false });
  await connected(live, "http");
  const before = live.containers;
  const looks = peer.requests.length;
  await until(() => peer.requests.length > looks + 2, "two more looks");
  assert.equal(live.containers, before);
});

test("metrics over each source", async (t) => {
  for (const [options, source] of [[{}, "websocket"], [{ transports: ["polling"] }, "long-polling"], [{ socketio: false }, "http"]]) {
    const { live } = await start(t, options, {}, RealtimeMetrics);
    await connected(live, source);
    assert.equal(live.host.get("local").host.cpu_percent, 12);
  }
});

test("a network that swallows packets: plain HTTP within 5 s, with the real bounds", async (t) => {
  const { peer } = await start(t, { socketio: false }, { autoConnect: false });
  // Whatever belongs to Socket.IO is accepted and never answered.
  const hole = createServer((request, response) => {
    if (request.url.startsWith("/socket.io")) return;
    fetch(new URL(request.url, peer.url), { headers: request.headers }).then(async (inner) => {
      response.writeHead(inner.status, { "Content-Type": "application/json" }).end(await inner.text());
    });
  });
  hole.on("upgrade", (_request, socket) => t.after(() => socket.destroy()));
  await new Promise((resolve) => hole.listen(0, "127.0.0.1", resolve));
  const started = Date.now();
  const live = new RealtimeContainers({
    url: `http://127.0.0.1:${hole.address().port}`, token: "t", outside: outside({ timings: TIMINGS }),
  });
  t.after(() => {
    live.disconnect();
    hole.closeAllConnections();
    hole.close();
  });
  await connected(live, "http");
  assert.ok(Date.now() - started < 5000, `took ${Date.now() - started} ms`);
});

test("coming back: a better source takes over without a gap, in the middle of changes", async (t) => {
  const { peer, live } = await start(t, { transports: ["polling"] });
  await connected(live, "long-polling");
  const seen = new Set();
  live.addEventListener("change", () => seen.add(`${live.connectionStatus} ${live.containers.length > 0}`));
  let number = 1;
  const churn = setInterval(() => add(peer, (number += 1)), 1);
  t.after(() => clearInterval(churn));
  await until(() => live.containers.length > 5, "changes over the old source");
  peer.transports.push("websocket");
  await connected(live, "websocket");
  const before = live.containers.length;
  await until(() => live.containers.length > before + 5, "changes over the new source");
  clearInterval(churn);
  await until(() => live.containers.length === peer.local.containers.size, "every change");
  assert.deepEqual([...seen], ["connected true"]);
  await until(() => peer.clients === 1, "the old connection's end");
});

test("coming back at once on `online` and on becoming visible", async (t) => {
  for (const wake of ["online", "visible"]) {
    const around = outside({ timings: { probe_first_ms: 3_600_000, probe_max_ms: 3_600_000 } });
    const { peer, live } = await start(t, { transports: ["polling"] }, { outside: around });
    await connected(live, "long-polling");
    peer.transports.push("websocket");
    if (wake === "online") around.window.dispatchEvent(new Event("online"));
    else around.document.dispatchEvent(new Event("visibilitychange"));
    await connected(live, "websocket");
  }
});

test("a lost connection: old data stays, unconfirmed, and the answer replaces it", async (t) => {
  const { peer, live } = await start(t);
  await connected(live);
  const seen = [];
  live.addEventListener("change", () => seen.push([live.connectionStatus, live.containers.length, live.engines[0].confirmed]));
  peer.local.change([containerOf("local", 2)]);
  peer.cut();
  await until(() => live.containers.length === 2, "the state after the reconnect");
  await connected(live, "websocket");
  assert.ok(seen.some((entry) => `${entry}` === "reconnecting,1,false"));
  assert.ok(seen.every(([, count]) => count > 0), "it never showed nothing");
  assert.equal(live.engines[0].confirmed, true);
  assert.equal(peer.subscribes.length, 2);
});

test("the server goes away and comes back on the same port", async (t) => {
  const first = await startPeer();
  const live = new RealtimeContainers({ url: first.url, token: "t", outside: outside() });
  t.after(() => live.disconnect());
  await connected(live);
  await first.close();
  await until(() => live.connectionStatus === "reconnecting", "the loss");
  assert.equal(live.error.code, "connection.lost");
  const second = await startPeer({ port: first.port });
  t.after(() => second.close());
  second.local.epoch = "e2";
  await until(() => live.connectionStatus === "connected", "the new server");
  assert.equal(live.error, null);
});

test("a WebSocket that is always cut at once does not stop the page: it settles below", async (t) => {
  const around = outside({ timings: { short_life_ms: 60_000, probe_first_ms: 3_600_000, probe_max_ms: 3_600_000 } });
  const peer = await startPeer();
  peer.io.of("/containers").on("connection", (socket) => {
    if (socket.conn.transport.name !== "websocket") return;
    socket.on("subscribe", () => setImmediate(() => socket.conn.transport.close()));
  });
  const live = new RealtimeContainers({ url: peer.url, token: "t", outside: around });
  t.after(async () => {
    live.disconnect();
    await peer.close();
  });
  await connected(live, "long-polling");
});

test("without fallback it waits for WebSocket", async (t) => {
  const { peer, live } = await start(t, { transports: ["polling"] }, { enableFallback: false });
  await until(() => live.error, "the failed attempt");
  assert.equal(live.connectionStatus, "connecting");
  peer.transports.push("websocket");
  await connected(live, "websocket");
});

test("a base path is kept on every source", async (t) => {
  const { live } = await start(t, { base: "/base/" });
  await connected(live, "websocket");
  const { live: plain } = await start(t, { base: "/base/", socketio: false });
  await connected(plain, "http");
});

test("two classes share one connection, and leave it one by one", async (t) => {
  const { peer, live } = await start(t, {}, { autoConnect: false });
  const around = outside();
  const options = { url: peer.url, token: "t", outside: around };
  const containers = new RealtimeContainers(options);
  const metrics = new RealtimeMetrics(options);
  await connected(containers);
  await until(() => !metrics.loading, "metrics");
  assert.equal(peer.clients, 1);
  containers.disconnect();
  await until(() => peer.io.of("/containers").sockets.size === 0, "the namespace left");
  assert.equal(metrics.connectionStatus, "connected");
  containers.connect();
  await until(() => peer.io.of("/containers").sockets.size === 1, "the namespace joined again");
  assert.equal(peer.clients, 1);
  add(peer, 2);
  await until(() => containers.containers.length === 2, "a delta");
  containers.disconnect();
  metrics.disconnect();
  await until(() => peer.clients === 0, "the connection's end");
  assert.equal(live.connectionStatus, "disconnected");
});

test("a silent server is noticed before Engine.IO does", async (t) => {
  const { peer, live } = await start(t, {}, { outside: outside({ timings: { heartbeat_ms: 60 } }) });
  await connected(live);
  await until(() => live.connectionStatus === "reconnecting", "the silence");
  await connected(live);
  assert.ok(peer.subscribes.length >= 2);
});

test("a gap asks for one resync, and malformed data for nothing", async (t) => {
  const { peer, live } = await start(t);
  await connected(live);
  for (const payload of [null, 7, "x", [], {}, { engine: "local" }, { engine: "local", epoch: "e1", seq_from: "1" }]) {
    for (const name of ["containers", "containers-delta", "engine", "error", "connected", "container-ack", "nonsense"]) {
      peer.tell("/containers", name, payload);
    }
  }
  peer.local.change([containerOf("local", 2)]);
  add(peer, 3);
  await until(() => live.containers.length === 3, "the resync");
  assert.equal(live.connectionStatus, "connected");
  add(peer, 4);
  await until(() => live.containers.length === 4, "the delta after it");
});

test("an engine that leaves the answer leaves the page", async (t) => {
  const { peer, live } = await start(t);
  await connected(live);
  live.subscribe({ engines: ["nas"] });
  await until(() => live.engines.length === 0, "the smaller set");
  assert.deepEqual(live.containers, []);
  assert.deepEqual(peer.subscribes.at(-1), { mode: "delta", engines: ["nas"] });
});

test("an engine is stale by the clock alone", async (t) => {
  const { peer, live } = await start(t, {}, { outside: outside({ timings: { stale_after_ms: 400 } }) });
  peer.local.confirmed_at = Date.now() / 1000;
  await connected(live);
  const changes = [];
  live.addEventListener("change", () => changes.push(live.engines[0].stale));
  await until(() => changes.includes(true), "a change that says stale");
  peer.tell("/containers", "engine", { engine: "local", state: "up", confirmed_at: Date.now() / 1000, timestamp: Date.now() / 1000 });
  await until(() => changes.includes(false), "a change that says up again");
});
