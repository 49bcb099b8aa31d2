/** One container looked into. Counterpart: static/js/client/details.js. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { RealtimeContainers } from "../../static/js/client/index.js";
import { outside } from "./support/harness.js";
import { startPeer } from "./support/peer.js";

const container = { engine: "local", id: "abc" };

async function start(t, path, status, body) {
  const peer = await startPeer({ socketio: false });
  peer.asked = [];
  peer.routes.set(`GET ${path}`, (request, response) => {
    peer.asked.push(request.url.split("/api/v1/")[1]);
    response.writeHead(status, { "Content-Type": "application/json" });
    response.end(JSON.stringify(body));
  });
  t.after(() => peer.close());
  return { peer, live: new RealtimeContainers({ url: peer.url, token: "t", autoConnect: false, outside: outside() }) };
}

test("a container is looked into, masked", async (t) => {
  const { peer, live } = await start(t, "containers/local/abc", 200, { Id: "abc" });
  assert.deepEqual(await live.inspect(container), { Id: "abc" });
  assert.deepEqual(peer.asked, ["containers/local/abc"]);
});

test("its environment is revealed only to who asks for that", async (t) => {
  const { peer, live } = await start(t, "containers/local/abc", 200, { Id: "abc" });
  await live.inspect(container, { reveal: "env" });
  assert.deepEqual(peer.asked, ["containers/local/abc?reveal=env"]);
});

test("its processes are listed", async (t) => {
  const table = { titles: ["PID"], processes: [["1"]] };
  const { peer, live } = await start(t, "containers/local/abc/top", 200, table);
  assert.deepEqual(await live.top(container), table);
  assert.deepEqual(peer.asked, ["containers/local/abc/top"]);
});

test("a refusal is thrown with its code", async (t) => {
  const { live } = await start(t, "containers/local/abc/top", 409, { code: "container.conflict", detail: "not running" });
  await assert.rejects(live.top(container), { name: "ApiError", code: "container.conflict" });
});

test("the caller's signal ends it", async (t) => {
  const { live } = await start(t, "containers/local/abc", 200, {});
  await assert.rejects(live.inspect(container, { signal: AbortSignal.abort(new Error("closed")) }), { message: "closed" });
});
