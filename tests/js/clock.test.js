/** Time, age and ids. Counterpart: clock.js, staleness.js, request_id.js, address.js. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { addressOf } from "../../static/js/client/address.js";
import { unknownEngine } from "../../static/js/client/apply.js";
import { ServerClock } from "../../static/js/client/clock.js";
import { newRequestId } from "../../static/js/client/request_id.js";
import { nextTurn, viewOf } from "../../static/js/client/staleness.js";

test("the server's clock: the fastest message counts, nonsense does not", () => {
  let now_ms = 1_000_000;
  const clock = new ServerClock(() => now_ms);
  assert.equal(clock.now(), 1000);
  clock.observe(1100);
  assert.equal(clock.now(), 1100);
  now_ms += 10_000;
  for (const late of [1105, 1090, "x", null, NaN, Infinity]) clock.observe(late);
  assert.equal(clock.now(), 1110);
});

test("the server's clock: a computer whose clock is set is followed within a minute", () => {
  let now_ms = 1_000_000;
  let server_s = 1000;
  const clock = new ServerClock(() => now_ms);
  const run = (seconds) => {
    for (let second = 0; second < seconds; second += 1) {
      now_ms += 1000;
      server_s += 1;
      clock.observe(server_s);
    }
  };
  run(5);
  now_ms -= 3_600_000;
  run(1);
  assert.equal(clock.now(), server_s);
  now_ms += 7_200_000;
  run(62);
  assert.equal(clock.now(), server_s);
});

test("stale: not up, never confirmed, or confirmed too long ago", () => {
  const state = { ...unknownEngine("local"), state: /** @type {const} */ ("up"), confirmed_at: 100 };
  assert.deepEqual([viewOf(state, 109, 10_000).stale, viewOf(state, 109, 10_000).age_seconds], [false, 9]);
  assert.equal(viewOf(state, 110, 10_000).stale, true);
  assert.equal(viewOf({ ...state, state: "down" }, 101, 10_000).stale, true);
  assert.equal(viewOf({ ...state, confirmed_at: null }, 101, 10_000).stale, true);
  assert.equal(viewOf(state, 99, 10_000).age_seconds, 0);
});

test("stale after half the time once the line is lost", () => {
  const state = { ...unknownEngine("local"), state: /** @type {const} */ ("up"), confirmed_at: 100 };
  assert.equal(viewOf({ ...state, awaiting: true }, 104, 10_000).stale, false);
  assert.equal(viewOf({ ...state, awaiting: true }, 105, 10_000).stale, true);
  assert.equal(nextTurn([{ ...state, awaiting: true }], 104, 10_000), 1);
});

test("the next turn is the soonest still to come", () => {
  const at = (confirmed_at) => ({ ...unknownEngine("local"), confirmed_at });
  assert.equal(nextTurn([at(100), at(103), at(null), at(50)], 104, 10_000), 6);
  assert.equal(nextTurn([at(50), at(null)], 104, 10_000), null);
});

test("request ids without randomUUID, as on plain http", () => {
  const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
  const insecure = { getRandomValues: (bytes) => crypto.getRandomValues(bytes) };
  const ids = Array.from({ length: 100 }, () => newRequestId(insecure));
  for (const id of [...ids, newRequestId()]) assert.match(id, uuid);
  assert.equal(new Set(ids).size, 100);
});

test("addresses, with and without a base path", () => {
  const { api, socket_path } = addressOf("https://host:9/base");
  assert.deepEqual([api, socket_path], ["https://host:9/base/api/v1/", "/base/socket.io"]);
  assert.equal(addressOf("http://host/").api, "http://host/api/v1/");
  assert.equal(addressOf("http://host/").socket_path, "/socket.io");
  assert.throws(() => addressOf(), TypeError);
});
