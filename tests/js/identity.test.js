/** Who is let in, what is renewed, and when it stops. Counterpart: link.js, credentials.js. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { RealtimeContainers, RealtimeMetrics, restFor } from "../../static/js/client/index.js";
import { connected, outside, until } from "./support/harness.js";
import { answer, startPeer } from "./support/peer.js";

/** A server whose cookies run out; the jar is what the page may read of them. */
async function withCookies(t, { refresh = 200 } = {}) {
  const peer = await startPeer();
  const jar = { access: "a1", refresh: "r1" };
  const cookies = () => `theme=dark; csrf_access_token=${jar.access}; csrf_refresh_token=${jar.refresh}`;
  peer.refreshes = [];
  peer.routes.set("POST auth/refresh", (request, response) => {
    peer.refreshes.push(request.headers["x-csrf-token"]);
    if (refresh !== 200) return answer(response, refresh, { code: "auth.required", title: "no" });
    jar.refresh = `r${peer.refreshes.length + 1}`;
    peer.refuse = null;
    return answer(response, 200, { expires_at: Date.now() / 1000 + 900 });
  });
  peer.routes.set("GET auth/me", (_request, response) => answer(response, 200, { expires_at: Date.now() / 1000 + 900 }));
  t.after(() => peer.close());
  return { peer, jar, around: outside({ cookies }) };
}

function open(t, options, Class = RealtimeContainers) {
  const live = new Class(options);
  t.after(() => live.disconnect());
  return live;
}

test("a refused CONNECT: one refresh for both classes, then in", async (t) => {
  const { peer, around } = await withCookies(t);
  peer.refuse = "auth.expired";
  const options = { url: peer.url, outside: around };
  const live = open(t, options);
  const metrics = open(t, options, RealtimeMetrics);
  await connected(live, "websocket");
  await connected(metrics, "websocket");
  assert.deepEqual(peer.refreshes, ["r1"]);
});

test("a refresh that is refused: unauthorized, and quiet from then on", async (t) => {
  const { peer, around } = await withCookies(t, { refresh: 401 });
  peer.refuse = "auth.required";
  const live = open(t, { url: peer.url, outside: around });
  await until(() => live.connectionStatus === "unauthorized", "unauthorized");
  assert.equal(live.error.code, "auth.required");
  assert.equal(peer.refreshes.length, 1);
  assert.equal(peer.clients, 0);
});

test("without a cookie nothing is asked for; after signing in `connect` goes on", async (t) => {
  const { peer, jar, around } = await withCookies(t);
  jar.refresh = "";
  peer.refuse = "auth.required";
  const live = open(t, { url: peer.url, outside: around });
  await until(() => live.connectionStatus === "unauthorized", "unauthorized");
  assert.equal(peer.refreshes.length, 0);
  peer.refuse = null;
  live.connect();
  await connected(live, "websocket");
});

test("a server that refuses what it has just renewed is not asked for ever", async (t) => {
  const { peer, around } = await withCookies(t);
  peer.judge = () => "auth.expired";
  const live = open(t, { url: peer.url, outside: around });
  await until(() => live.connectionStatus === "unauthorized", "unauthorized");
  assert.equal(peer.refreshes.length, 1);
});

test("auth.expired and a disconnect by the server: refreshed, back, nothing lost on the page", async (t) => {
  const { peer, around } = await withCookies(t);
  const live = open(t, { url: peer.url, outside: around });
  await connected(live);
  const codes = [];
  live.addEventListener("error", ({ detail }) => codes.push(detail.code));
  peer.refuse = "auth.expired";
  peer.tell("/containers", "error", { code: "auth.expired", message: "…", params: {}, timestamp: Date.now() / 1000 });
  peer.io.of("/containers").disconnectSockets();
  await until(() => live.connectionStatus === "reconnecting", "the disconnect");
  assert.equal(live.containers.length, 1);
  await connected(live);
  assert.deepEqual(codes, ["auth.expired"]);
  assert.equal(peer.refreshes.length, 1);
});

test("a disconnect by the server without a word is reconnected too", async (t) => {
  const { peer, around } = await withCookies(t);
  const live = open(t, { url: peer.url, outside: around });
  await connected(live);
  peer.io.of("/containers").disconnectSockets();
  await until(() => peer.subscribes.length === 2, "the second subscribe");
  await connected(live);
  assert.equal(peer.refreshes.length, 0);
});

test("a fixed token that is refused: unauthorized, over each source", async (t) => {
  for (const options of [{}, { transports: ["polling"] }, { socketio: false }]) {
    const peer = await startPeer(options);
    t.after(() => peer.close());
    peer.refuse = "auth.required";
    const live = open(t, { url: peer.url, token: "wrong", outside: outside() });
    await until(() => live.connectionStatus === "unauthorized", "unauthorized");
  }
});

test("a token function is asked anew for each connection", async (t) => {
  const peer = await startPeer();
  t.after(() => peer.close());
  let calls = 0;
  peer.judge = (token) => (token === "t1" ? "auth.expired" : null);
  const live = open(t, { url: peer.url, token: async () => `t${(calls += 1)}`, outside: outside() });
  await connected(live, "websocket");
  assert.equal(calls, 2);
  peer.cut();
  await until(() => calls === 3, "the next connection's token");
  await connected(live);
});

test("a token function that fails is a failed attempt, not an end", async (t) => {
  const peer = await startPeer();
  t.after(() => peer.close());
  let calls = 0;
  const token = () => {
    calls += 1;
    if (calls < 4) throw new Error("no token yet");
    return "t";
  };
  const live = open(t, { url: peer.url, token, outside: outside() });
  await connected(live);
});

test("REST: renewed once on 401, with the CSRF header on what changes something", async (t) => {
  const { peer, around } = await withCookies(t);
  const rest = restFor({ url: peer.url, outside: around });
  peer.refuse = "auth.expired";
  assert.equal((await rest.json("containers")).data.length, 1);
  assert.equal(peer.refreshes.length, 1);
  await rest.json("containers/local/abc/actions", { method: "POST", body: { action: "stop", request_id: "1" } });
  assert.equal(peer.requests.at(-1).headers["x-csrf-token"], "a1");
  assert.equal(peer.requests.at(-1).headers["content-type"], "application/json");
  assert.equal(peer.requests[0].headers["x-csrf-token"], undefined);
});

test("REST: a wrong password does not bring the old session back", async (t) => {
  const { peer, around } = await withCookies(t);
  peer.refuse = "auth.required";
  const rest = restFor({ url: peer.url, outside: around });
  const login = rest.json("auth/login", { method: "POST", body: { username: "ada", password: "x", cookies: true } });
  await assert.rejects(login, { name: "ApiError", code: "auth.required", status: 401 });
  assert.equal(peer.refreshes.length, 0);
});
