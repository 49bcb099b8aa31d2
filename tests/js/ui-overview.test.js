// The overview's list: grouping, projects as a whole, columns that fit, which rows are there, its address.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { before, describe, it } from "node:test";

import { arranged } from "../../static/js/lib/arrange.js";
import { CHOOSABLE, COLUMNS, layoutOf, parseColumns } from "../../static/js/lib/columns.js";
import { setCatalogue } from "../../static/js/lib/i18n.js";
import { itemsOf } from "../../static/js/lib/items.js";
import { projectKey, projectMark, projectState, projectsOf } from "../../static/js/lib/projects.js";
import { parseOrder, parseTableQuery, tableQuery, wordOfOrder } from "../../static/js/lib/table-query.js";
import { Heights, shownAt, slicesOf } from "../../static/js/lib/virtual.js";

/** @typedef {import("../../static/js/client/types.js").Container} Container */

/**
 * @param {string} name
 * @param {Partial<Container>} [fields]
 * @returns {Container}
 */
function container(name, fields = {}) {
  return /** @type {Container} */ ({
    engine: "local",
    id: name.padEnd(64, "0"),
    name,
    image: "nginx",
    state: "running",
    health: null,
    ports: [],
    created: 1,
    started_at: 1,
    finished_at: null,
    exit_code: null,
    oom_killed: null,
    restarts: 0,
    restart_policy: "no",
    project: null,
    labels: {},
    ...fields,
  });
}

const engine = (/** @type {string} */ name) => /** @type {any} */ ({ engine: name });
const BY_NAME = /** @type {import("../../static/js/lib/arrange.js").Order} */ ({ key: "name", descending: false });
const FLEET = [
  container("web-nginx-1", { project: "web", restarts: 3 }),
  container("web-api-1", { project: "web" }),
  container("backup", { restarts: 9 }),
  container("zoo"),
  container("grafana", { project: "monitoring" }),
  container("far", { engine: "nas", project: "web" }),
];

/** The list as words, indented by what it is. */
function listed(fields = {}, fleet = FLEET) {
  const view = { isGrouped: true, isFiltered: false, folded: new Set(), order: BY_NAME, ranking: new Map(), ...fields };
  return itemsOf([engine("local"), engine("nas"), engine("idle")], arranged(fleet, view.order, view.ranking), view).map((item) => {
    if (item.kind === "engine") return item.engine.engine;
    return item.kind === "project" ? `  ${item.project}` : `${item.isMember ? "    " : "  "}${item.container.name}`;
  });
}

before(() => setCatalogue("en", JSON.parse(readFileSync(new URL("../../dockmon/i18n/en.json", import.meta.url), "utf8"))));

describe("the list", () => {
  it("has engines as heads, projects below them, and containers without a project beside the projects", () => {
    assert.deepEqual(listed(), [
      "local", "  backup", "  monitoring", "    grafana", "  web", "    web-api-1", "    web-nginx-1", "  zoo",
      "nas", "  web", "    far",
      "idle",
    ]);
  });

  it("is flat when that is wanted", () => {
    assert.deepEqual(listed({ isGrouped: false }).slice(0, 6), ["local", "  backup", "  grafana", "  web-api-1", "  web-nginx-1", "  zoo"]);
  });

  it("folds engines and projects, each of its own", () => {
    assert.deepEqual(listed({ folded: new Set(["e:nas", projectKey("local", "web")]) }), [
      "local", "  backup", "  monitoring", "    grafana", "  web", "  zoo", "nas", "idle",
    ]);
  });

  it("shows every hit of a filter, folded or not, and no engine without one", () => {
    const hits = FLEET.filter(({ engine: name }) => name === "nas");
    assert.deepEqual(listed({ isFiltered: true, folded: new Set(["e:nas", projectKey("nas", "web")]) }, hits), ["nas", "  web", "    far"]);
  });

  it("puts a project where its name, its first member, or its sum belongs", () => {
    const local = FLEET.filter(({ engine: name }) => name === "local");
    const heads = (/** @type {any} */ fields) => listed(fields, local).filter((line) => /^ {2}\S/.test(line)).map((line) => line.trim());
    assert.deepEqual(heads({ order: { key: "name", descending: true } }), ["zoo", "web", "monitoring", "backup"]);
    assert.deepEqual(heads({ order: { key: "restarts", descending: true } }), ["backup", "web", "monitoring", "zoo"]);
    const ranking = new Map([[`local/${"zoo".padEnd(64, "0")}`, 5], [projectKey("local", "web"), 7]]);
    assert.deepEqual(heads({ order: { key: "cpu", descending: true }, ranking }).slice(0, 2), ["web", "zoo"]);
    assert.deepEqual(heads({ order: { key: "cpu", descending: false }, ranking }).slice(0, 2), ["zoo", "web"]);
  });
});

describe("a project", () => {
  const done = container("migrate", { state: "exited", exit_code: 0 });
  const failed = container("broken", { state: "exited", exit_code: 1 });
  const ill = container("ill", { health: "unhealthy" });

  it("is not made to look broken by a one-shot that exited 0", () => {
    const state = projectState([container("a"), container("b"), done]);
    assert.deepEqual([state.running, state.expected, state.done, state.ill], [2, 2, 1, 0]);
    assert.equal(projectMark(state).shape, "running");
  });

  it("misses a service that was to run for ever, though it exited 0", () => {
    const stopped = container("stopped", { state: "exited", exit_code: 0, restart_policy: "unless-stopped" });
    const state = projectState([container("a"), stopped]);
    assert.deepEqual([state.running, state.expected, state.done], [1, 2, 0]);
  });

  it("is as badly off as its worst member, and says how many are", () => {
    assert.deepEqual([projectState([container("a"), failed]).ill, projectMark(projectState([container("a"), failed])).shape], [1, "failed"]);
    assert.equal(projectMark(projectState([failed, ill])).shape, "unhealthy");
    assert.equal(projectMark(projectState([container("a", { state: "paused" }), container("b")])).shape, "paused");
    const pausedAndIll = container("c", { state: "paused", health: "unhealthy" });
    assert.equal(projectMark(projectState([pausedAndIll])).shape, "unhealthy");
  });

  it("that has ended as a whole is finished, not empty", () => {
    const state = projectState([done, done]);
    assert.deepEqual([state.running, state.expected, state.done], [0, 2, 0]);
    assert.equal(projectMark(state).shape, "finished");
  });

  it("keeps its members as they were until one of them changes", () => {
    const first = projectsOf(FLEET, new Map());
    const same = projectsOf([...FLEET], first);
    const key = projectKey("local", "web");
    assert.equal(same.get(key), first.get(key));
    const changed = projectsOf(FLEET.map((one) => (one.name === "web-api-1" ? { ...one } : one)), same);
    assert.notEqual(changed.get(key), first.get(key));
    assert.equal(changed.get(projectKey("local", "monitoring")), first.get(projectKey("local", "monitoring")));
    assert.deepEqual(first.get(projectKey("nas", "web"))?.length, 1);
  });
});

describe("columns", () => {
  it("are all there when there is room, and the hidden ones are not", () => {
    assert.deepEqual(layoutOf(new Set(), 2000, 200).columns, COLUMNS);
    assert.deepEqual(layoutOf(new Set(CHOOSABLE), 2000, 200).columns, ["name", "state"]);
  });

  it("leave one by one where there is none, the name and the state never", () => {
    const counts = [1500, 1300, 1100, 900, 700, 300].map((width) => layoutOf(new Set(), width, 200).columns.length);
    assert.deepEqual(counts, [...counts].sort((a, b) => b - a));
    assert.equal(counts.at(-1), 2);
    assert.ok(layoutOf(new Set(), 900, 200).columns.includes("cpu"));
  });

  it("that were hidden make room for others", () => {
    assert.ok(!layoutOf(new Set(), 1300, 200).columns.includes("restarts"));
    assert.ok(layoutOf(new Set(["image", "network"]), 1300, 200).columns.includes("restarts"));
  });

  it("have a track each", () => {
    const { columns, template } = layoutOf(new Set(), 1300, 200);
    assert.equal(template.replace(/\([^)]*\)/g, "").split(" ").length, columns.length);
  });

  it("are remembered by name, and nonsense is forgotten", () => {
    assert.deepEqual([...parseColumns("cpu nonsense age name")], ["cpu", "age"]);
  });
});

describe("rows that are there", () => {
  const items = Array.from({ length: 1000 }, (_, at) => ({ key: `row-${at}`, kind: at === 0 ? "engine" : "container" }));
  const places = () => new Heights({ engine: 50, container: 30 }).placesOf(items);

  it("are those on the screen, and the rest is room of the right height", () => {
    const shown = shownAt(places(), { from: 3000, to: 3600 }, []);
    assert.ok(shown.length <= 22);
    const slices = slicesOf(places(), shown);
    const room = slices.map((slice) => slice.room ?? (slice.index === 0 ? 50 : 30)).reduce((sum, height) => sum + height, 0);
    assert.equal(room, 50 + 999 * 30);
    assert.deepEqual(slices.filter(({ room: is }) => is !== undefined).length, 2);
  });

  it("are also those that are held, wherever they are", () => {
    const shown = shownAt(places(), { from: 3000, to: 3060 }, [2, 99, 700]);
    assert.equal(shown[0], 2);
    assert.equal(shown.at(-1), 700);
    assert.equal(shown.filter((at) => at === 99).length, 1);
    assert.equal(new Set(slicesOf(places(), shown).map((slice) => slice.index ?? slice.key)).size, slicesOf(places(), shown).length);
  });

  it("are none of an empty list, and none beyond the end", () => {
    assert.deepEqual(shownAt(new Float64Array(1), { from: 0, to: 900 }, []), []);
    assert.deepEqual(shownAt(places(), { from: 99_000, to: 99_900 }, []), []);
    assert.equal(shownAt(places(), { from: 30_000, to: 30_900 }, []).at(-1), 999);
  });

  it("learn how high a kind is, and which single one is another", () => {
    const heights = new Heights({ engine: 50, container: 30 });
    const sizes = new Map([["row-1", { own: 40, all: 40 }], ["row-2", { own: 40, all: 90 }]]);
    assert.equal(heights.learn(sizes, items), true);
    assert.equal(heights.learn(sizes, items), false);
    assert.equal(heights.placesOf(items)[1000], 50 + 998 * 40 + 90);
    assert.equal(heights.learn(new Map([["row-2", { own: 40, all: 40 }]]), items), true);
    assert.equal(heights.placesOf(items)[1000], 50 + 999 * 40);
  });
});

describe("the address of a view", () => {
  const preferred = { order: BY_NAME, grouping: /** @type {const} */ ("project") };

  it("says nothing of what is plain", () => {
    assert.equal(tableQuery({ filter: "", ...preferred }, "", preferred), "");
  });

  it("comes back as it went, whatever is typed", () => {
    for (const filter of ["state:exited project:web", 'label:"a b"=c&d', "100% #?/", "한국"]) {
      const view = { filter, order: /** @type {const} */ ({ key: "cpu", descending: true }), grouping: /** @type {const} */ ("flat") };
      assert.deepEqual(parseTableQuery(tableQuery(view, "", preferred), preferred), view);
    }
  });

  it("shows the view of whoever sent it, whatever its reader prefers", () => {
    const other = { order: /** @type {const} */ ({ key: "cpu", descending: true }), grouping: /** @type {const} */ ("flat") };
    for (const filter of ["", "web"]) {
      for (const sent of [preferred, other, { ...other, grouping: preferred.grouping }, { ...other, order: BY_NAME }]) {
        const view = { filter, ...sent };
        if (filter) assert.deepEqual(parseTableQuery(tableQuery(view, "", preferred), other), view);
        // And its reader stays in it while the address follows.
        assert.deepEqual(parseTableQuery(tableQuery(view, "?filter=web", other), other), view);
      }
    }
    assert.deepEqual(parseTableQuery("", other), { filter: "", ...other });
  });

  it("is read by people, too", () => {
    assert.equal(tableQuery({ filter: "state:exited project:web", ...preferred }, "", preferred), "?filter=state:exited+project:web");
  });

  it("keeps other words, and believes no nonsense", () => {
    assert.equal(tableQuery({ filter: "a", ...preferred }, "?x=1", preferred), "?x=1&filter=a");
    assert.deepEqual(parseTableQuery("?sort=-constructor&group=circle", preferred), { filter: "", ...preferred });
  });

  it("names an order both ways", () => {
    for (const word of ["-cpu", "name", "-restarts", "ports"]) assert.equal(wordOfOrder(/** @type {any} */ (parseOrder(word))), word);
    assert.equal(parseOrder(null), null);
  });
});
