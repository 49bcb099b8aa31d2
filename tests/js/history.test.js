/** What a history keeps: the last 120 samples, gaps as gaps, and no more. Counterpart: static/js/client/history.js. */

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { History, Ring, SAMPLES } from "../../static/js/client/history.js";

const COLUMNS = ["id", "cpu_percent", "memory_bytes"];
const START = 1_700_000_000;

/** A minute of the feed at a glance: each text is a column, a digit a second, `.` without a row, `-` null. */
function told(history, rows, { from = START, interval_seconds = 1, columns = COLUMNS, engine = "local" } = {}) {
  const seconds = Math.max(0, ...Object.values(rows).map((text) => text.length));
  for (let second = 0; second < seconds; second += 1) {
    const present = Object.entries(rows).filter(([, text]) => (text[second] ?? ".") !== ".");
    history.take({
      engine,
      interval_seconds,
      columns,
      rows: present.map(([id, text]) => [id, text[second] === "-" ? null : Number(text[second]), 1000]),
      timestamp: from + second * interval_seconds,
    });
  }
}

/** The same, read back. */
function read(history, id, column = "cpu_percent") {
  const values = [...(history.get("local", id)?.values(column) ?? [])];
  return values.map((value) => (Number.isNaN(value) ? "." : String(value))).join("");
}

describe("a ring", () => {
  it("keeps the last 120, in order, and gaps as gaps", () => {
    const ring = new Ring(["cpu_percent", "pids"]);
    assert.deepEqual([...ring.values("cpu_percent")], []);
    assert.ok(Number.isNaN(ring.last));
    for (let time = 0; time < SAMPLES * 2.5; time += 1) ring.push(time, ["id", time, time % 7 ? time : null]);
    assert.equal(ring.length, SAMPLES);
    assert.deepEqual([...ring.times()], Array.from({ length: SAMPLES }, (_, index) => index + SAMPLES * 1.5));
    assert.deepEqual([...ring.values("cpu_percent")], [...ring.times()]);
    const pids = [...ring.values("pids")];
    assert.ok(pids.every((value, index) => (ring.times()[index] % 7 ? value > 0 : Number.isNaN(value))));
    assert.equal(ring.last, SAMPLES * 2.5 - 1);
    assert.equal(ring.values("nonsense").length, SAMPLES);
  });

  it("knows its highest value since a moment", () => {
    const ring = new Ring(["cpu_percent"]);
    for (const [time, value] of [[1, 90], [2, null], [3, 20], [4, 10]]) ring.push(time, ["id", value]);
    assert.equal(ring.peak("cpu_percent", 0), 90);
    assert.equal(ring.peak("cpu_percent", 2), 20);
    assert.equal(ring.peak("cpu_percent", 5), 0);
    assert.equal(ring.peak("nonsense", 0), 0);
  });
});

describe("a history", () => {
  it("has a gap where a container had no row: a stop, a restart", () => {
    const history = new History();
    told(history, { a: "12..34", b: "111111" });
    assert.equal(read(history, "a"), "12..34");
    assert.equal(read(history, "b"), "111111");
  });

  it("has a gap where a value is null, in that column alone: a pause", () => {
    const history = new History();
    told(history, { a: "1--4" });
    assert.equal(read(history, "a"), "1..4");
    assert.equal(read(history, "a", "memory_bytes"), "1000100010001000");
  });

  it("has one gap after a time in which nobody was told anything", () => {
    const history = new History();
    told(history, { a: "11" });
    told(history, { a: "22" }, { from: START + 3600 });
    assert.equal(read(history, "a"), "11.22");
    assert.deepEqual([...history.get("local", "a").times()], [START, START + 1, START + 2, START + 3600, START + 3601]);
  });

  it("draws on over a sample that came late or got lost, and over looks every two seconds", () => {
    const history = new History();
    told(history, { a: "1" });
    told(history, { a: "2" }, { from: START + 2 });
    told(history, { a: "3" }, { from: START + 4.5 });
    assert.equal(read(history, "a"), "123");
  });

  it("measures a pause by the pace of the subscription, also when it changes", () => {
    const history = new History();
    told(history, { a: "11" }, { interval_seconds: 10 });
    told(history, { a: "22" }, { from: START + 20, interval_seconds: 0.5 });
    assert.equal(read(history, "a"), "1122");
    told(history, { a: "3" }, { from: START + 30, interval_seconds: 0.5 });
    assert.equal(read(history, "a"), "1122.3");
    told(history, { a: "44" }, { from: START + 40, interval_seconds: 10 });
    assert.equal(read(history, "a"), "1122.344");
  });

  it("begins a new ring when the columns are others", () => {
    const history = new History();
    told(history, { a: "11" });
    told(history, { a: "2" }, { from: START + 2, columns: ["id", "cpu_percent"] });
    assert.equal(read(history, "a"), "2");
  });

  it("frees a container that stays away as long as it reaches back, and not sooner", () => {
    const history = new History();
    told(history, { gone: "1", stays: "1" });
    told(history, { stays: "1".repeat(SAMPLES - 1) }, { from: START + 1 });
    assert.deepEqual([history.size, read(history, "gone").replaceAll(".", "")], [2, "1"]);
    told(history, { stays: "1" }, { from: START + SAMPLES });
    assert.deepEqual([history.size, history.get("local", "gone")], [1, null]);
  });

  it("stays bounded while containers come and go", () => {
    const history = new History();
    for (let second = 0; second < 10 * SAMPLES; second += 1) told(history, { [`c${second}`]: "1" }, { from: START + second });
    assert.equal(history.size, SAMPLES);
  });

  it("keeps engines apart, and finds the highest value of all of them", () => {
    const history = new History();
    told(history, { a: "13" });
    told(history, { a: "92" }, { engine: "nas", from: START - 1 });
    assert.equal(history.size, 2);
    assert.equal(history.peak(["cpu_percent"], START), 3);
    assert.equal(history.peak(["cpu_percent"], START - 1), 9);
    assert.equal(history.peak(["cpu_percent", "memory_bytes"], START), 1000);
    history.forget("nas");
    assert.equal(history.peak(["cpu_percent"], 0), 3);
    assert.deepEqual([history.get("nas", "a"), history.lastOf("local"), history.lastOf("nas")], [null, START + 1, NaN]);
  });
});
