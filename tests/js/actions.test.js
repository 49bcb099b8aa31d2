/** One action, one deed, one answer. Counterpart: static/js/client/actions.js. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { RealtimeContainers } from "../../static/js/client/index.js";
import { connected, outside, until } from "./support/harness.js";
import { answer, startPeer } from "./support/peer.js";

async function start(t, peerOptions) {
  const peer = await startPeer(peerOptions);
  const live = new RealtimeContainers({ url: peer.url, token: "t", outside: outside() });
  t.after(async () => {
    live.disconnect();
    await peer.close();
  });
  await connected(live);
  return { peer, live, container: live.containers[0] };
}

for (const [source, options] of [["websocket", {}], ["long-polling", { transports: ["polling"] }], ["http", { socketio: false }]]) {
  test(`an action over ${source}`, async (t) => {
    const { peer, live, container } = await start(t, options);
    assert.equal(live.source, source);
    const result = await live.performAction(container, "stop", { timeout_seconds: 0, request_id: "r1" });
    assert.equal(result.ok, true);
    assert.equal(result.outcome, "succeeded");
    assert.deepEqual([result.data.container, result.data.action, result.data.request_id], [container.id, "stop", "r1"]);
    assert.deepEqual([...peer.done], [["r1", 1]]);
  });
}

test("each action has an id of its own when none is given", async (t) => {
  const { peer, live, container } = await start(t);
  await Promise.all([live.performAction(container, "restart"), live.performAction(container, "restart")]);
  assert.equal(peer.done.size, 2);
});

test("that the server's own container may be ended goes with the action", async (t) => {
  const { peer, live, container } = await start(t);
  /** @type {unknown[]} */
  const asked = [];
  peer.onAction = ({ allow_self }) => asked.push(allow_self);
  await live.performAction(container, "stop");
  await live.performAction(container, "stop", { allow_self: true });
  assert.deepEqual(asked, [undefined, true]);
});

test("the transport dies in between: the repeat gets the first answer, the deed is done once", async (t) => {
  const { peer, live, container } = await start(t);
  peer.onAction = () => peer.cut();
  const result = await live.performAction(container, "restart");
  assert.equal(result.outcome, "succeeded");
  assert.deepEqual([...peer.done.values()], [1]);
  assert.ok(peer.subscribes.length >= 2, "it was another connection");
});

test("over plain HTTP too: an answer lost on the way is fetched again", async (t) => {
  const { peer, live, container } = await start(t, { socketio: false });
  const path = `POST containers/local/${container.id}/actions`;
  let calls = 0;
  peer.routes.set(path, async (_request, response, body) => {
    calls += 1;
    const first = await peer.act({ ...JSON.parse(body), engine: "local", container: container.id });
    if (calls === 1) response.destroy();
    else answer(response, 200, first);
  });
  const result = await live.performAction(container, "restart");
  assert.equal(result.outcome, "succeeded");
  assert.equal(calls, 2);
  assert.deepEqual([...peer.done.values()], [1]);
});

test("not repeated to a server that may have forgotten: a new epoch makes it unknown", async (t) => {
  const { peer, live, container } = await start(t);
  peer.onAction = () => {
    peer.local.epoch = "e2";
    peer.answers.clear();
    peer.cut();
  };
  const result = await live.performAction(container, "restart");
  assert.equal(result.outcome, "unknown");
  assert.deepEqual([...peer.done.values()], [1]);
});

test("no answer until the deadline is unknown, never failed", async (t) => {
  for (const options of [{}, { socketio: false }]) {
    const { peer, live, container } = await start(t, options);
    peer.onAction = () => new Promise(() => undefined);
    const result = await live.performAction(container, "stop", { deadline_seconds: 0.3 });
    assert.equal(result.ok, false);
    assert.equal(result.outcome, "unknown");
    assert.equal(result.error.code, "engine.timed_out");
  }
});

test("a refusal is an answer, in both languages", async (t) => {
  const error = { code: "container.conflict", message: "is paused", params: { state: "paused" }, request_id: "x" };
  const { peer, live, container } = await start(t);
  peer.act = () => ({ ok: false, error });
  assert.deepEqual(await live.performAction(container, "pause"), { ok: false, outcome: "failed", error });

  const { peer: plain, live: http } = await start(t, { socketio: false });
  const problem = { code: error.code, detail: error.message, params: error.params, request_id: "x" };
  plain.routes.set(`POST containers/local/${container.id}/actions`, (_request, response) => answer(response, 409, problem));
  assert.deepEqual(await http.performAction(container, "pause"), { ok: false, outcome: "failed", error });
});

test("the server's own time-out is unknown as well", async (t) => {
  const { peer, live, container } = await start(t);
  peer.act = () => ({ ok: false, error: { code: "engine.timed_out", message: "…" } });
  assert.equal((await live.performAction(container, "stop")).outcome, "unknown");
});

test("nothing was sent: failed, and it says so", async (t) => {
  const { live, container } = await start(t);
  live.disconnect();
  const result = await live.performAction(container, "stop");
  assert.deepEqual([result.outcome, result.error.code], ["failed", "connection.lost"]);
});

test("disconnecting does not leave an action hanging", async (t) => {
  const { peer, live, container } = await start(t);
  peer.onAction = () => new Promise(() => undefined);
  const result = live.performAction(container, "stop");
  await until(() => peer.done.size === 1, "the action's arrival");
  live.disconnect();
  assert.equal((await result).outcome, "unknown");
});

test("container-ack reaches the listener", async (t) => {
  const { peer, live } = await start(t);
  const acks = [];
  live.addEventListener("ack", ({ detail }) => acks.push(detail));
  peer.tell("/containers", "container-ack", { success: true, request_id: "r9" });
  await until(() => acks.length === 1, "the ack");
  assert.equal(acks[0].request_id, "r9");
});
