/** The plain HTTP source by itself: one look at a time for each feed. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { HttpSource } from "../../static/js/client/http_source.js";

test("a feed that leaves and comes back during a look is looked at once, not twice", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  /** @type {(() => void)[]} */
  const underWay = [];
  const rest = { json: () => new Promise((answer) => underWay.push(() => answer({ data: [], engines: [] }))) };
  const outside = { timings: { request_ms: 3000, poll_ms: 2000 } };
  const source = new HttpSource(/** @type {any} */ ({ rest, outside }), /** @type {any} */ ({}));
  Object.assign(source, { opened() {}, answered() {} });
  const feed = /** @type {any} */ ({ namespace: "/containers", wanted: () => ({}) });

  source.begin(feed);
  source.finish(feed);
  source.begin(feed);
  for (const answer of underWay.splice(0)) answer();
  await new Promise(setImmediate);
  context.mock.timers.tick(2000);
  assert.equal(underWay.length, 1);
  source.shut();
});
