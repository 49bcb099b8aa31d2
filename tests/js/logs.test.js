/** Logs as they come. Counterpart: static/js/client/logs.js. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { RealtimeContainers } from "../../static/js/client/index.js";
import { outside, until } from "./support/harness.js";
import { answer, startPeer } from "./support/peer.js";

const container = { engine: "local", id: "abc" };
const line = (number) => JSON.stringify({ engine: "local", container: "abc", stream: "stdout", timestamp: number, cursor: `k${number}`, text: `line ${number}` });

async function start(t, serve) {
  const peer = await startPeer({ socketio: false });
  peer.asked = [];
  peer.closed = 0;
  const route = (request, response) => {
    peer.asked.push(request.url.split("/api/v1/")[1]);
    response.on("close", () => (peer.closed += 1));
    return serve(response, peer.asked.length);
  };
  peer.routes.set("GET containers/local/abc/logs", route);
  peer.routes.set("GET logs", route);
  t.after(() => peer.close());
  return { peer, live: new RealtimeContainers({ url: peer.url, token: "t", autoConnect: false, outside: outside() }) };
}

async function textsOf(lines) {
  const texts = [];
  for await (const { text } of lines) texts.push(text);
  return texts;
}

test("lines come whole, however the network cuts them", async (t) => {
  const wanted = { ...JSON.parse(line(2)), text: "한글 ✓" };
  const { peer, live } = await start(t, async (response) => {
    for (const byte of Buffer.from(`${line(1)}\n${JSON.stringify(wanted)}\nnot json\n${line(3)}`)) {
      response.write(Buffer.from([byte]));
      await new Promise((resolve) => setImmediate(resolve));
    }
    response.end();
  });
  assert.deepEqual(await textsOf(live.getLogs(container, { tail: 200, stream: "stdout" })), ["line 1", "한글 ✓", "line 3"]);
  assert.deepEqual(peer.asked, ["containers/local/abc/logs?format=json&tail=200&stream=stdout"]);
});

test("several containers are asked for at once", async (t) => {
  const { peer, live } = await start(t, (response) => response.end());
  await textsOf(live.getLogs([container, { engine: "nas", id: "def" }]));
  assert.deepEqual(peer.asked, ["logs?format=json&container=local%2Fabc&container=nas%2Fdef"]);
});

test("a followed log goes on from its last line when the line breaks", async (t) => {
  const { peer, live } = await start(t, (response, call) => {
    response.write(`${line(call * 2 - 1)}\n${line(call * 2)}\n`);
    if (call === 1) setImmediate(() => response.destroy());
    else response.end();
  });
  const texts = await textsOf(live.getLogs(container, { tail: 10, follow: true }));
  assert.deepEqual(texts, ["line 1", "line 2", "line 3", "line 4"]);
  assert.equal(peer.asked[1], "containers/local/abc/logs?format=json&follow=true&since=k2");
});

test("a log that is not followed says that it broke off", async (t) => {
  const { live } = await start(t, (response) => {
    response.write(`${line(1)}\n`);
    setImmediate(() => response.destroy());
  });
  await assert.rejects(textsOf(live.getLogs(container)), { name: "LostError" });
});

test("the signal ends it quietly, and the server is let go", async (t) => {
  const { peer, live } = await start(t, (response) => response.write(`${line(1)}\n`));
  const abort = new AbortController();
  for await (const { text } of live.getLogs(container, { follow: true, signal: abort.signal })) {
    assert.equal(text, "line 1");
    abort.abort();
  }
  await until(() => peer.closed === 1, "the request's end");
});

test("leaving the loop lets the server go as well", async (t) => {
  const { peer, live } = await start(t, (response) => response.write(`${line(1)}\n`));
  for await (const entry of live.getLogs(container, { follow: true })) if (entry) break;
  await until(() => peer.closed === 1, "the request's end");
});

test("a refusal carries its code", async (t) => {
  const { live } = await start(t, (response) => answer(response, 404, { code: "container.not_found", detail: "gone" }));
  await assert.rejects(textsOf(live.getLogs(container, { follow: true })), { code: "container.not_found", status: 404 });
});

test("a log that breaks off on the engine's side throws its code", async (t) => {
  const error = { code: "engine.unavailable", message: "gone", params: {} };
  const broken = JSON.stringify({ engine: "local", container: "abc", error });
  const { live } = await start(t, (response) => response.end(`${line(1)}\n${broken}\n`));
  const lines = live.getLogs(container, { follow: true });
  assert.equal((await lines.next()).value?.text, "line 1");
  await assert.rejects(lines.next(), { code: "engine.unavailable" });
});

test("of several logs the others go on when one breaks off", async (t) => {
  const broken = JSON.stringify({ engine: "nas", container: "def", error: { code: "engine.unavailable", message: "gone" } });
  const { live } = await start(t, (response) => response.end(`${line(1)}\n${broken}\n${line(2)}\n`));
  const texts = await textsOf(live.getLogs([container, { engine: "nas", id: "def" }]));
  assert.deepEqual(texts, ["line 1", "line 2"]);
});

test("whoever follows is told when the answer begins, and when it broke off", async (t) => {
  const { live } = await start(t, (response, call) => {
    response.write(`${line(call)}\n`);
    if (call === 1) setImmediate(() => response.destroy());
    else response.end();
  });
  const told = [];
  await textsOf(live.getLogs(container, { follow: true, onState: (state) => told.push(state) }));
  assert.deepEqual(told, ["open", "lost", "open"]);
});

test("of several logs it is told which one broke off, and why", async (t) => {
  const broken = JSON.stringify({ engine: "nas", container: "def", error: { code: "engine.unavailable", message: "gone" } });
  const { live } = await start(t, (response) => response.end(`${line(1)}\n${broken}\n${line(2)}\n`));
  const told = [];
  const onBroken = (one, error) => told.push([one, error.code]);
  const texts = await textsOf(live.getLogs([container, { engine: "nas", id: "def" }], { onBroken }));
  assert.deepEqual(texts, ["line 1", "line 2"]);
  assert.deepEqual(told, [[{ engine: "nas", id: "def" }, "engine.unavailable"]]);
});
