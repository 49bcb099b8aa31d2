/** The page's session: refreshed in time and one at a time. Counterpart: static/js/client/session.js. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { addressOf } from "../../static/js/client/address.js";
import { Session, sessionFor } from "../../static/js/client/session.js";
import { outside, until } from "./support/harness.js";

/** A server that rotates: the second use of a refresh token is refused. */
class RotatingServer {
  number = 1;
  calls = [];
  life_s = 900;

  cookies = () => `__Host-csrf_access_token=a${this.number}; __Host-csrf_refresh_token=r${this.number}`;

  fetch = async (url, init = {}) => {
    const path = new URL(url).pathname.replace("/api/v1/", "");
    const csrf = init.headers?.["X-CSRF-TOKEN"];
    this.calls.push(`${path} ${csrf ?? ""}`.trim());
    const used = this.number;
    await new Promise((resolve) => setImmediate(resolve));
    if (path === "auth/refresh" && (csrf !== `r${used}` || used !== this.number)) return this.#answer(401, {});
    if (path === "auth/refresh") this.number += 1;
    return this.#answer(200, { expires_at: Date.now() / 1000 + this.life_s });
  };

  #answer(status, body) {
    return new Response(JSON.stringify(body), { status, headers: { Date: new Date().toUTCString() } });
  }
}

const address = addressOf("http://127.0.0.1:1/");

function sessionOn(server, overrides = {}) {
  return new Session(address, outside({ cookies: server.cookies, fetch: server.fetch, ...overrides }));
}

/** One lock for several tabs, as the browser keeps it. */
function sharedLocks() {
  let last = Promise.resolve();
  return {
    request: (_name, task) => {
      const result = last.then(task);
      last = result.catch(() => undefined);
      return result;
    },
  };
}

test("single flight: many callers, one request", async () => {
  const server = new RotatingServer();
  const session = sessionOn(server);
  const results = await Promise.all([session.refresh(), session.refresh(), session.refresh()]);
  assert.deepEqual(results, ["renewed", "renewed", "renewed"]);
  assert.deepEqual(server.calls, ["auth/refresh r1"]);
  assert.equal(await session.refresh(), "renewed");
  assert.deepEqual(server.calls, ["auth/refresh r1", "auth/refresh r2"]);
});

test("several tabs with Web Locks: one refresh, all are renewed", async () => {
  const server = new RotatingServer();
  const locks = sharedLocks();
  const tabs = [1, 2, 3].map(() => sessionOn(server, { locks }));
  assert.deepEqual(await Promise.all(tabs.map((tab) => tab.refresh())), ["renewed", "renewed", "renewed"]);
  assert.deepEqual(server.calls, ["auth/refresh r1"]);
});

test("several tabs without locks: whoever comes second sees the new cookie", async () => {
  const server = new RotatingServer();
  const tabs = [1, 2].map(() => sessionOn(server));
  assert.deepEqual(await Promise.all(tabs.map((tab) => tab.refresh())), ["renewed", "renewed"]);
});

test("refused, unreachable and not signed in are told apart", async () => {
  const server = new RotatingServer();
  assert.equal(await sessionOn(server, { fetch: () => Promise.reject(new TypeError("offline")) }).refresh(), "unreachable");
  const failing = async () => new Response("", { status: 502 });
  assert.equal(await sessionOn(server, { fetch: failing }).refresh(), "unreachable");
  const refusing = async () => new Response("{}", { status: 401 });
  assert.equal(await sessionOn(server, { fetch: refusing }).refresh(), "refused");
  const stranger = sessionOn(server, { cookies: () => "other_csrf_refresh_token=x" });
  assert.equal(stranger.signedIn, false);
  assert.equal(await stranger.refresh(), "refused");
  assert.deepEqual(server.calls, []);
});

test("kept: refreshed before the end, again and again, until released", async (t) => {
  const server = new RotatingServer();
  server.life_s = 0.3;
  const session = sessionOn(server);
  t.after(() => session.release());
  session.keep();
  await until(() => server.number >= 4, "three refreshes");
  assert.equal(server.calls[0], "auth/me");
  assert.ok(!server.calls.slice(1).includes("auth/me"), "its own refresh tells the next end");
});

test("kept in two tabs: one refreshes, the other only asks when it ends", async (t) => {
  const server = new RotatingServer();
  server.life_s = 0.6;
  const early = sessionOn(server, { random: () => 1 });
  const late = sessionOn(server, { random: () => 0 });
  t.after(() => {
    early.release();
    late.release();
  });
  early.keep();
  late.keep();
  await until(() => server.calls.filter((call) => call === "auth/me").length >= 3, "the late tab's look");
  const refreshes = server.calls.filter((call) => call.startsWith("auth/refresh"));
  assert.equal(new Set(refreshes).size, refreshes.length, "no token was used twice");
});

test("everybody on a page gets the same session for a server", () => {
  const around = outside();
  assert.equal(sessionFor(address, around), sessionFor(addressOf("http://127.0.0.1:1/"), around));
  assert.notEqual(sessionFor(address, around), sessionFor(addressOf("http://127.0.0.1:1/base"), around));
});
