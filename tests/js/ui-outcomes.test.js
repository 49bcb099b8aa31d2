// Acting on many: what is offered, what came of it and how that is said, and whose turn it is.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { before, describe, it, mock } from "node:test";

import { setCatalogue } from "../../static/js/lib/i18n.js";
import { laterResult, nameList, resultOf, settledCount, summaryLines } from "../../static/js/lib/outcomes.js";
import { isDestructive, offerKey, offersOfMany } from "../../static/js/lib/rules.js";
import { Turns } from "../../static/js/lib/turns.js";

/** @typedef {import("../../static/js/client/types.js").Container} Container */
/** @typedef {import("../../static/js/lib/outcomes.js").Result} Result */

before(() => setCatalogue("en", JSON.parse(readFileSync(new URL("../../dockmon/i18n/en.json", import.meta.url), "utf8"))));

const inState = (/** @type {string} */ state, started_at = 100) => /** @type {Container} */ (/** @type {unknown} */ ({ state, started_at }));
const told = (/** @type {[string, Result][]} */ ...all) => all.map(([name, result]) => ({ name, result }));
const refused = (/** @type {string} */ code, params = {}) => ({ kind: /** @type {const} */ ("refused"), error: { code, params } });

describe("what is offered for many", () => {
  const fleet = [inState("running"), inState("running"), inState("paused"), inState("exited")];
  const offered = (/** @type {string | undefined} */ role) =>
    Object.fromEntries(offersOfMany(role, fleet).map(({ offer, fitting }) => [offerKey(offer), fitting.length]));

  it("is what makes sense for at least one of them, with those it makes sense for", () => {
    assert.deepEqual(offered("operator"), {
      start: 1, unpause: 1, restart: 2, stop: 3, pause: 2, kill: 3, remove: 1, remove_force: 3,
    });
  });

  it("is nothing for who may only look", () => {
    assert.deepEqual([offered("viewer"), offered(undefined)], [{}, {}]);
  });

  it("is asked back where it destroys", () => {
    assert.deepEqual(["start", "stop", "restart", "pause", "unpause"].filter((a) => isDestructive(/** @type {any} */ (a))), []);
    assert.ok(isDestructive("kill") && isDestructive("remove"));
  });
});

describe("what came of it", () => {
  const failed = (/** @type {string} */ code, params = {}) =>
    /** @type {const} */ ({ ok: false, outcome: "failed", error: { code, message: "", params } });

  it("tells apart what was refused, what is gone, what is dockmon itself and what nobody knows", () => {
    assert.equal(resultOf({ ok: true, outcome: "succeeded", data: /** @type {any} */ ({}) }).kind, "done");
    assert.equal(resultOf(failed("container.conflict")).kind, "refused");
    assert.equal(resultOf(failed("container.not_found")).kind, "gone");
    assert.equal(resultOf(failed("container.conflict", { reason: "dockmon_itself" })).kind, "itself");
    assert.equal(resultOf({ ...failed("engine.timed_out"), outcome: "unknown" }).kind, "unknown");
  });

  it("is answered by the container itself when nobody else did", () => {
    const running = inState("running");
    /** @type {[import("../../static/js/lib/rules.js").Action, Container, Container | undefined, string | undefined][]} */
    const cases = [
      ["stop", running, inState("exited"), "done"],
      ["stop", running, running, undefined],
      ["kill", running, inState("exited"), "done"],
      ["start", inState("exited"), running, "done"],
      ["pause", running, inState("paused"), "done"],
      ["unpause", inState("paused"), running, "done"],
      ["restart", running, running, undefined],
      ["restart", running, inState("exited", 100), undefined],
      ["restart", running, inState("running", 160), "done"],
      ["remove", inState("exited"), inState("exited"), undefined],
      ["remove", inState("exited"), undefined, "done"],
      ["stop", running, undefined, "gone"],
    ];
    for (const [action, was, is, kind] of cases) {
      assert.equal(laterResult(action, was, is)?.kind, kind, `${action} ${was.state} ${is?.state}`);
    }
  });

  it("is over when nothing waits and nothing is under way", () => {
    const kinds = /** @type {const} */ (["waiting", "pending", "done", "refused", "unknown", "gone", "itself", "unsent"]);
    assert.equal(settledCount(kinds.map((kind) => ({ kind }))), 6);
  });
});

describe("the sum", () => {
  const words = (/** @type {any} */ action, /** @type {any} */ ...all) => summaryLines(action, told(...all)).map((line) => line.words);

  it("counts what was done and says why the rest was not", () => {
    const eleven = Array.from({ length: 11 }, (_, at) => [`web-${at}`, { kind: "done" }]);
    assert.deepEqual(words("stop", ...eleven, ["db", refused("container.conflict")]), [
      "11 stopped.",
      "1 refused: db: Its state does not allow this. [container.conflict]",
    ]);
  });

  it("tells the unknown apart from the refused", () => {
    assert.deepEqual(words("stop", ["db", { kind: "unknown" }]), ["No answer for 1: db. It may still stop."]);
    assert.deepEqual(words("remove", ["a", { kind: "unknown" }], ["b", { kind: "unknown" }]), [
      "No answer for 2: a, b. They may still be removed.",
    ]);
  });

  it("says one reason once, however many it was told", () => {
    const all = ["a", "b", "c"].map((name) => [name, refused("auth.read_only")]);
    assert.deepEqual(words("start", ...all), [
      "3 refused: a, b, c: This dockmon is read-only: it shows, and changes nothing. [auth.read_only]",
    ]);
    assert.equal(words("start", ...all, ["d", refused("container.conflict")]).length, 2);
    const named = (/** @type {string} */ id) => refused("container.conflict", { message: `cannot stop ${id}` });
    assert.deepEqual(words("stop", ["a", named("1")], ["b", named("2")]), [
      "2 refused: a, b: Its state does not allow this. [container.conflict]",
    ]);
  });

  it("leaves out nobody: gone, dockmon itself, not sent", () => {
    assert.deepEqual(words("stop", ["old", { kind: "gone" }], ["dockmon", { kind: "itself" }], ["late", { kind: "unsent" }]), [
      "1 no longer there: old.",
      "dockmon left out: dockmon runs in it.",
      "1 not sent: late.",
    ]);
  });

  it("names some, and how many more", () => {
    assert.equal(nameList(["a", "b", "c"]), "a, b, c");
    assert.equal(nameList(Array.from("abcdef")), "a, b, c, d, e, f");
    assert.equal(nameList(Array.from({ length: 19 }, (_, at) => `n${at}`)), "n0, n1, n2, n3, n4 and 14 more");
  });
});

describe("taking turns", () => {
  it("lets so many in at once, the first first, none at the same moment, and goes on after a failure", async (t) => {
    mock.timers.enable({ apis: ["setTimeout"] });
    t.after(() => mock.timers.reset());
    const turns = new Turns(2, 70);
    /** @type {string[]} */
    const begun = [];
    /** @type {Map<string, {resolve: () => void, reject: (error: Error) => void}>} */
    const ends = new Map();
    for (const name of ["a", "b", "c", "d"]) {
      turns.join(() => {
        begun.push(name);
        return new Promise((resolve, reject) => ends.set(name, { resolve, reject })).then(() => {}, () => {});
      });
    }
    const settle = () => new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(begun, ["a"]);
    mock.timers.tick(70);
    assert.deepEqual(begun, ["a", "b"]);
    mock.timers.tick(700);
    assert.deepEqual(begun, ["a", "b"], "two at once is the most");
    ends.get("a")?.reject(new Error("no"));
    await settle();
    assert.deepEqual(begun, ["a", "b", "c"]);
    ends.get("b")?.resolve();
    await settle();
    assert.deepEqual(begun, ["a", "b", "c"], "not at the same moment");
    mock.timers.tick(70);
    assert.deepEqual(begun, ["a", "b", "c", "d"]);
  });
});
