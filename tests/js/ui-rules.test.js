// What the page makes of containers: marks, filter, order, counts, offers.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { before, describe, it } from "node:test";

import { arranged, byEngine, inPlaceOf } from "../../static/js/lib/arrange.js";
import { counts, worst } from "../../static/js/lib/counts.js";
import { hasWord, parseFilter, toggleWord } from "../../static/js/lib/filter.js";
import { setCatalogue } from "../../static/js/lib/i18n.js";
import { offers, splitOffers } from "../../static/js/lib/rules.js";
import { exitWords, hasFailed, sinceWords, stateMark } from "../../static/js/lib/status.js";

/** @typedef {import("../../static/js/client/types.js").Container} Container */

const STATES = ["created", "running", "paused", "restarting", "removing", "exited", "dead"];
const NOW = 1_700_000_000;
let made = 0;

/**
 * @param {Partial<Container>} [fields]
 * @returns {Container}
 */
function container(fields = {}) {
  made += 1;
  return {
    engine: "local",
    id: String(made).padStart(64, "0"),
    name: `web-${made}`,
    image: "nginx:1.27",
    state: "running",
    status: "Up",
    health: null,
    ports: [],
    created: NOW - 7200,
    started_at: NOW - 3600,
    finished_at: null,
    exit_code: null,
    oom_killed: null,
    restarts: 0,
    restart_policy: "no",
    project: null,
    service: null,
    labels: {},
    ...fields,
  };
}

const exited = (/** @type {Partial<Container>} */ fields) =>
  container({ state: "exited", finished_at: NOW - 720, started_at: null, exit_code: 0, oom_killed: false, ...fields });

before(() => setCatalogue("en", JSON.parse(readFileSync(new URL("../../dockmon/i18n/en.json", import.meta.url), "utf8"))));

describe("state", () => {
  it("has a shape of its own for everything that differs", () => {
    const shapes = [
      container(),
      container({ health: "unhealthy" }),
      container({ state: "paused" }),
      container({ state: "restarting" }),
      container({ state: "created" }),
      container({ state: "removing" }),
      exited({}),
      exited({ exit_code: 1 }),
    ].map((each) => stateMark(each).shape);
    assert.equal(new Set(shapes).size, shapes.length);
  });

  it("says the engine's own word when it knows none", () => {
    assert.equal(stateMark(container({ state: /** @type {any} */ ("frozen") })).word, "frozen");
  });

  it("calls failed what nobody asked for", () => {
    assert.deepEqual([0, 143, 130, 1, 137, 255].map((exit_code) => hasFailed(exited({ exit_code }))), [false, false, false, true, true, true]);
    assert.equal(hasFailed(exited({ exit_code: 0, oom_killed: true })), true);
    assert.equal(hasFailed(exited({ exit_code: null })), false);
    assert.equal(hasFailed(container({ exit_code: 1 })), false);
  });
});

describe("status", () => {
  it("explains an end", () => {
    assert.equal(exitWords(exited({ exit_code: 137, oom_killed: true })), "137: killed, out of memory");
    assert.equal(exitWords(exited({ exit_code: 127 })), "127: command not found");
    assert.equal(exitWords(exited({ exit_code: 135 })), "135: signal 7");
    assert.equal(exitWords(exited({ exit_code: 3 })), "code 3");
    assert.equal(exitWords(exited({ exit_code: null })), "");
  });

  it("ages by itself", () => {
    assert.equal(sinceWords(container(), NOW), "1 h");
    assert.equal(sinceWords(container({ health: "healthy" }), NOW), "1 h · healthy");
    assert.equal(sinceWords(container({ health: "unhealthy" }), NOW), "1 h");
    assert.equal(sinceWords(exited({ exit_code: 137, oom_killed: true }), NOW), "137: killed, out of memory · 12 min ago");
    assert.equal(sinceWords(container({ state: "created" }), NOW), "2 h ago");
  });

  it("repeats the server's words where the times are not known yet", () => {
    assert.equal(sinceWords(container({ started_at: null, status: "Up 3 days" }), NOW), "Up 3 days");
    assert.equal(sinceWords(exited({ exit_code: null, finished_at: null, status: "Exited" }), NOW), "Exited");
  });
});

describe("filter", () => {
  const shop = container({ name: "shop-web-1", image: "ghcr.io/example/web:2", project: "shop", service: "web" });
  const proxy = container({ name: "traefik", image: "traefik:v3", labels: { note: "has Two Words" }, ports: [{ ip: null, private_port: 80, public_port: 8080, protocol: "tcp" }] });
  const sick = container({ name: "db", engine: "nas", project: "shop", health: "unhealthy", labels: { Team: "Payments" } });
  const broken = exited({ name: "backup", exit_code: 1 });
  const all = [shop, proxy, sick, broken];
  const hits = (/** @type {string} */ text) => all.filter(parseFilter(text)).map(({ name }) => name);

  for (const [text, expected] of /** @type {[string, string[]][]} */ ([
    ["", ["shop-web-1", "traefik", "db", "backup"]],
    ["  SHOP ", ["shop-web-1", "db"]],
    ["shop web", ["shop-web-1"]],
    ["traefik:v3", ["traefik"]],
    ["state:exited", ["backup"]],
    ["state:exit", []],
    ["state:", ["shop-web-1", "traefik", "db", "backup"]],
    ["-shop", ["traefik", "backup"]],
    ["project:shop -name:db", ["shop-web-1"]],
    ["is:failed", ["backup"]],
    ["is:unhealthy", ["db"]],
    ["health:unhealthy", ["db"]],
    ["health:none", ["shop-web-1", "traefik", "backup"]],
    ["port:8080", ["traefik"]],
    ["engine:nas", ["db"]],
    ["constructor:x", []],
    ["label:team=pay", ["db"]],
    ["label:TEAM=Payments", ["db"]],
    ["label:tea", ["db"]],
    ["label:tea=payments", []],
    ["label:", ["shop-web-1", "traefik", "db", "backup"]],
    ['label:note="two words"', ["traefik"]],
    ['"state:exited"', []],
    ['"shop-web', ["shop-web-1"]],
    ['-"shop-web-1" -is:unhealthy', ["traefik", "backup"]],
    ["-state:", ["shop-web-1", "traefik", "db", "backup"]],
    ["-label:team=payments", ["shop-web-1", "traefik", "backup"]],
    ["is:oom", []],
    ["is:nonsense", []],
  ])) {
    it(`finds by "${text}"`, () => assert.deepEqual(hits(text), expected));
  }

  it("finds by the beginning of an id, but not by a chance digit", () => {
    assert.deepEqual(hits(sick.id), ["db"]);
    assert.equal(parseFilter("0000")(sick), false);
  });

  it("adds a count's word, swaps it for another count's, and takes it out again", () => {
    assert.equal(toggleWord("shop", "state:exited"), "shop state:exited");
    assert.equal(toggleWord("shop state:exited", "is:failed"), "shop is:failed");
    assert.equal(toggleWord("shop is:failed", "is:failed"), "shop");
    assert.equal(hasWord("shop is:failed", "is:failed"), true);
    assert.equal(toggleWord('"two words" State:Exited', "is:failed"), '"two words" is:failed');
  });
});

describe("order", () => {
  const names = (/** @type {Container[]} */ list) => list.map(({ name }) => name);
  const list = [container({ name: "web-10", image: "b" }), container({ name: "web-2", image: "b" }), exited({ name: "old", image: "a", exit_code: 1 })];

  it("counts as people do, and leaves its input alone", () => {
    const before = [...list];
    assert.deepEqual(names(arranged(list, { key: "name", descending: false })), ["old", "web-2", "web-10"]);
    assert.deepEqual(list, before);
  });

  it("keeps equal ones by name whichever way round", () => {
    assert.deepEqual(names(arranged(list, { key: "image", descending: false })), ["old", "web-2", "web-10"]);
    assert.deepEqual(names(arranged(list, { key: "image", descending: true })), ["web-2", "web-10", "old"]);
  });

  it("puts the worst first by state, the latest first by time", () => {
    assert.equal(names(arranged(list, { key: "state", descending: false }))[0], "old");
    assert.equal(names(arranged(list, { key: "age", descending: false }))[0], "old");
  });

  it("sorts from where they stood: none lost, none doubled, the newest of each", () => {
    const [a, b, c] = ["a", "b", "c"].map((name) => container({ id: name.padEnd(64, "0"), name }));
    const elsewhere = { ...a, engine: "nas", name: "a-nas" };
    const renamed = { ...b, name: "b2" };
    assert.deepEqual(names([...inPlaceOf([], [b, a])]), ["b", "a"]);
    assert.deepEqual(names([...inPlaceOf([c, b, a], [a, renamed, c])]), ["c", "b2", "a"]);
    assert.deepEqual(names([...inPlaceOf([b, a], [a, c])]), ["a", "c"]);
    assert.deepEqual(names([...inPlaceOf([elsewhere, a], [a, elsewhere])]).sort(), ["a", "a-nas"]);
    assert.deepEqual(names([...inPlaceOf([a, elsewhere], [a])]), ["a"]);
  });

  it("groups by engine", () => {
    const groups = byEngine([container({ engine: "nas" }), ...list]);
    assert.deepEqual([...groups].map(([engine, rows]) => [engine, rows.length]), [["nas", 1], ["local", 3]]);
  });
});

describe("counts", () => {
  const fleet = [container(), container({ health: "unhealthy" }), container({ state: "restarting" }), exited({}), exited({ exit_code: 1 })];

  it("agree with what pressing them shows", () => {
    for (const { word, count } of counts(fleet)) assert.equal(fleet.filter(parseFilter(word)).length, count);
  });

  it("leave out what there is none of, but for running", () => {
    assert.deepEqual(counts([]).map(({ kind, count }) => [kind, count]), [["running", 0]]);
    assert.deepEqual(counts(fleet).map(({ kind }) => kind), ["running", "unhealthy", "restarting", "failed", "exited"]);
  });

  it("name the worst of now", () => {
    const up = [{ state: "up", stale: false }];
    assert.deepEqual(worst(fleet, up, true), { level: "bad", kind: "unhealthy", count: 1 });
    assert.deepEqual(worst(fleet, [{ state: "down", stale: true }], true), { level: "bad", kind: "engines_down", count: 1 });
    assert.deepEqual(worst([exited({ exit_code: 1 })], up, true), { level: "ok", kind: "none", count: 0 });
    assert.deepEqual(worst([], [{ state: "stale", stale: true }], true).kind, "engines_stale");
    assert.deepEqual(worst(fleet, up, false).kind, "offline");
  });

  it("name an engine that is silent though nobody said so, and none that is only being asked", () => {
    const silent = { state: "up", stale: true };
    assert.deepEqual(worst([], [silent, silent], true), { level: "warn", kind: "engines_stale", count: 2 });
    assert.deepEqual(worst([], [{ state: "connecting", stale: true }], true).level, "ok");
  });
});

describe("offers", () => {
  const words = (/** @type {string | undefined} */ role, /** @type {string} */ state) =>
    offers(role, state).map(({ action, force }) => (force ? `${action}!` : action));

  it("are none for who may only look, and for a role nobody told", () => {
    for (const state of STATES) {
      assert.deepEqual(words("viewer", state), []);
      assert.deepEqual(words(undefined, state), []);
    }
  });

  it("follow the state", () => {
    assert.deepEqual(words("operator", "running"), ["stop", "restart", "pause", "kill", "remove!"]);
    assert.deepEqual(words("operator", "paused"), ["unpause", "stop", "kill", "remove!"]);
    assert.deepEqual(words("admin", "exited"), ["start", "remove"]);
    assert.deepEqual(words("admin", "restarting"), ["stop", "remove!"]);
    assert.deepEqual(words("admin", "removing"), []);
    assert.deepEqual(words("admin", "of_the_future"), []);
  });

  it("show two at most in the row and lose none", () => {
    for (const state of STATES) {
      const all = offers("admin", state);
      const { row, menu } = splitOffers(all);
      assert.ok(row.length <= 2);
      assert.deepEqual(new Set([...row, ...menu]), new Set(all));
      assert.ok(row.every(({ action }) => action !== "kill" && action !== "remove"));
    }
  });
});
