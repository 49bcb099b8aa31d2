// Fifteen minutes of numbers, and the form they are drawn in.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Ring, SAMPLES } from "../../static/js/client/history.js";
import { CHARTS, drawnOf, labelledTimes, loneOf, rangeOf, topOf, valueWords } from "../../static/js/lib/chart.js";
import { RECORDED_SECONDS, extended } from "../../static/js/lib/recorder.js";

const COLUMNS = ["id", "cpu_percent", "memory_bytes"];
const ID = "a".repeat(64);
const ROW_ID = ID.slice(0, 12);

/** @param {number} timestamp @param {unknown[] | null} values @param {number} [interval] */
function sample(timestamp, values, interval = 1) {
  const rows = new Map(values ? [[ROW_ID, [ROW_ID, ...values]]] : []);
  return { timestamp, interval_seconds: interval, columns: COLUMNS, rows };
}

/** @param {number} from @param {number} until */
function recorded(from, until) {
  /** @type {Ring | null} */
  let ring = null;
  for (let time = from; time <= until; time += 1) ring = extended(ring, sample(time, [time % 100, 1000]), ID);
  return /** @type {Ring} */ (ring);
}

describe("a recording", () => {
  it("keeps fifteen minutes at the feed's pace, and no more", () => {
    const ring = recorded(1000, 3000);
    assert.equal(ring.length, RECORDED_SECONDS + 1);
    assert.equal(ring.times()[0], 3000 - RECORDED_SECONDS);
    assert.equal(ring.last, 3000);
  });

  it("takes its memory once", () => {
    const ring = recorded(1000, 1001);
    assert.equal(extended(ring, sample(1002, [1, 2]), ID), ring);
  });

  it("begins with the two minutes that the client library has, and leaves those alone", () => {
    const known = new Ring(COLUMNS.slice(1));
    for (let time = 1; time <= SAMPLES + 30; time += 1) known.push(time, [ROW_ID, time, null]);
    const ring = extended(known, sample(SAMPLES + 30, [SAMPLES + 30, null]), ID);
    assert.notEqual(ring, known);
    assert.deepEqual([ring.length, ring.times()[0], ring.last], [SAMPLES, 31, SAMPLES + 30]);
    extended(ring, sample(SAMPLES + 31, [5, null]), ID);
    assert.equal(known.last, SAMPLES + 30);
    assert.ok(Number.isNaN(ring.values("memory_bytes")[0]));
  });

  it("has a gap where the container has no row: it was stopped or restarted", () => {
    let ring = recorded(1000, 1001);
    ring = extended(ring, sample(1002, null), ID);
    ring = extended(ring, sample(1003, [7, 8]), ID);
    assert.deepEqual([...ring.values("cpu_percent")], [0, 1, NaN, 7]);
  });

  it("has a gap after a silence, and none where a sample is only late", () => {
    const late = extended(recorded(1000, 1000), sample(1004, [1, 2]), ID);
    assert.equal(late.length, 2);
    const silent = extended(recorded(1000, 1000), sample(1010, [1, 2]), ID);
    assert.deepEqual([...silent.values("cpu_percent")], [0, NaN, 1]);
  });

  it("grows when the feed becomes faster, and keeps what it has", () => {
    const slow = extended(null, sample(1000, [1, 2], 5), ID);
    const fast = extended(slow, sample(1001, [3, 4], 1), ID);
    assert.ok(fast.size >= RECORDED_SECONDS);
    assert.deepEqual([...fast.values("cpu_percent")], [1, 3]);
  });

  it("begins anew when the server's clock was put back", () => {
    assert.deepEqual([...extended(recorded(1000, 1005), sample(500, [1, 2]), ID).times()], [500]);
  });

  it("is bounded however fast a feed says it is", () => {
    assert.ok(extended(null, sample(1000, [1, 2], 0.001), ID).size <= 9000);
  });
});

describe("the charts", () => {
  it("draw a gap as nothing, never as zero", () => {
    let ring = recorded(1000, 1001);
    ring = extended(ring, sample(1002, [null, 0]), ID);
    const { lanes } = drawnOf(ring);
    assert.deepEqual(lanes.get("cpu_percent"), [0, 1, null]);
    assert.deepEqual(lanes.get("memory_bytes"), [1000, 1000, 0]);
    assert.deepEqual(lanes.get("block_read_bytes_per_second"), [null, null, null]);
  });

  it("show the least time that holds what there is, up to fifteen minutes", () => {
    const spanAfter = (/** @type {number} */ seconds) => drawnOf(recorded(1000, 1000 + seconds)).span.seconds;
    assert.deepEqual([0, 120, 121, 300, 301, 2000].map(spanAfter), [120, 120, 300, 300, 900, 900]);
    assert.equal(drawnOf(null).span.seconds, 120);
  });

  it("label whole minutes, and none that would be cut off", () => {
    const drawn = { times: [], lanes: new Map(), tops: {}, until: 1205, span: { seconds: 900, step: 300 } };
    assert.deepEqual(labelledTimes(drawn), [600, 900]);
  });

  it("keep a lone value visible", () => {
    assert.deepEqual(loneOf([1, null, 2, null, 3, 4, null]), [0, 2]);
  });

  it("have a scale in few steps, over what was measured and not over a limit", () => {
    const lanes = new Map([
      ["cpu_percent", [30, null]],
      ["memory_bytes", [20 * 2 ** 20]],
      ["memory_limit_bytes", [16 * 2 ** 30]],
    ]);
    assert.deepEqual(CHARTS.map((chart) => topOf(chart, lanes)), [50, 32 * 2 ** 20, 10_000, 10_000]);
  });

  it("know the least and the most, and nothing of nothing", () => {
    assert.deepEqual(rangeOf([null, 3, 1, null]), { min: 1, max: 3 });
    assert.deepEqual(rangeOf([null]), { min: null, max: null });
  });

  it("give all figures of a chart one unit", () => {
    const [cpu, memory, network] = CHARTS;
    const plain = (/** @type {string} */ text) => text.replaceAll("\u202f", " ");
    assert.equal(plain(valueWords(cpu, 12.34, 50)), "12.3 %");
    assert.equal(plain(valueWords(memory, 5 * 2 ** 20, 256 * 2 ** 20)), "5 MiB");
    assert.equal(plain(valueWords(memory, 2 ** 34, 256 * 2 ** 20, "memory_limit_bytes")), "16.0 GiB");
    assert.equal(plain(valueWords(network, 1_234_000, 2_000_000)), "1,234 kB/s");
    assert.equal(plain(valueWords(network, 3, 2_000_000)), "<1 kB/s");
    assert.equal(plain(valueWords(network, 0, 2_000_000)), "0 kB/s");
    assert.equal(valueWords(network, null, 2_000_000), "–");
  });
});
