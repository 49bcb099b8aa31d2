// Lines and scales of the table's sparklines, and the figures beside them.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { before, describe, it } from "node:test";

import { arranged, figureOf, isFigureKey, rowKey } from "../../static/js/lib/arrange.js";
import { DASH, cpuPercent, kilobyteRate, mebibytes, mebibytesOf } from "../../static/js/lib/format.js";
import { setCatalogue } from "../../static/js/lib/i18n.js";
import { SPAN_SECONDS, binaryTop, decimalTop, linePath } from "../../static/js/lib/sparkline.js";

const NOW = 1_700_000_000;
const KIB = 1024;
const MIB = KIB * KIB;
const spaced = (/** @type {string} */ text) => text.replaceAll("\u202f", " ");

before(() => setCatalogue("en", JSON.parse(readFileSync(new URL("../../dockmon/i18n/en.json", import.meta.url), "utf8"))));

/**
 * Two pixels a second, one a unit, zero at the bottom.
 *
 * @param {(number | null)[]} values a second apart, up to now
 * @param {Partial<import("../../static/js/lib/sparkline.js").Frame>} [frame]
 */
function path(values, frame = {}) {
  const times = Float64Array.from(values, (_, at) => NOW - (values.length - 1 - at));
  const lane = Float64Array.from(values, (value) => value ?? NaN);
  return linePath(times, lane, { until: NOW, top: 20, width: 2 * SPAN_SECONDS, low: 20, high: 0, ...frame });
}

describe("a line", () => {
  it("ends at the right edge, and reaches up to the top of the scale", () => {
    assert.equal(path([0, 10, 20]), "M236 20L238 10L240 0");
  });

  it("breaks at a gap, and has a dot where one sample stands alone", () => {
    assert.equal(path([1, 2, null, 4, 3]), "M232 19L234 18M238 16L240 17");
    assert.equal(path([1, null, null, 4]), "M234 19h0M240 16h0");
    assert.equal(path([null, 5, null]), "M238 15h0");
  });

  it("is one stroke where nothing changes, without losing where that ends", () => {
    assert.equal(path([5, 5, 5, 5]), "M234 15H240");
    assert.equal(path([5, 5, 7, 7, null, 7]), "M230 15H232L234 13H236M240 13h0");
  });

  it("is nothing where nothing is known", () => {
    assert.equal(path([]), "");
    assert.equal(path([null, null]), "");
  });

  it("is placed by time: a silence is as wide as it was long", () => {
    const times = Float64Array.of(NOW - 60, NOW - 59, NOW);
    const frame = { until: NOW, top: 20, width: 2 * SPAN_SECONDS, low: 20, high: 0 };
    assert.equal(linePath(times, Float64Array.of(1, NaN, 1), frame), "M120 19h0M240 19h0");
  });

  it("leaves out what is older than two minutes, and what is from a clock ahead", () => {
    assert.equal(path(Array.from({ length: 130 }, () => 3)), "M0 17H240");
    assert.equal(path([1, 2, 3, 4], { until: NOW - 2 }), "M238 19L240 18");
  });

  it("can hang down from the middle", () => {
    assert.equal(path([0, 20], { low: 10, high: 20 }), "M238 10L240 20");
  });

  it("stays inside when a value is beyond the scale", () => assert.equal(path([50]), "M240 0h0"));
});

describe("a scale", () => {
  it("goes in few steps and holds its peak", () => {
    assert.deepEqual([1, 10, 11, 20, 21, 50, 51, 100, 108, 640].map((peak) => decimalTop(peak, 10)), [10, 10, 20, 20, 50, 50, 100, 100, 200, 1000]);
    assert.deepEqual([0, 64 * MIB, 65 * MIB, 3 * 2 ** 30].map((peak) => binaryTop(peak, 64 * MIB) / MIB), [64, 64, 128, 4096]);
    for (let peak = 10; peak < 1e7; peak *= 1.37) {
      assert.ok(decimalTop(peak, 10) >= peak && decimalTop(peak, 10) <= 2.5 * peak, String(peak));
      assert.ok(binaryTop(peak, 1) >= peak && binaryTop(peak, 1) < 2 * peak, String(peak));
    }
  });

  it("does not make much of little", () => {
    assert.equal(decimalTop(0, 10), 10);
    assert.equal(decimalTop(0.4, 10_000), 10_000);
  });
});

describe("figures of a column", () => {
  it("keep one unit, so that the longer one is the larger", () => {
    assert.deepEqual([0, 3.14, 99.96, 1600].map((value) => spaced(cpuPercent(value))), ["0.0 %", "3.1 %", "100.0 %", "1,600.0 %"]);
    assert.deepEqual([0, 64 * MIB, 23.4 * 1024 * MIB].map((value) => spaced(mebibytes(value))), ["0 MiB", "64 MiB", "23,962 MiB"]);
    assert.deepEqual([0, 80_400, 1.1e6].map((value) => spaced(kilobyteRate(value))), ["0 kB/s", "80 kB/s", "1,100 kB/s"]);
    assert.equal(spaced(mebibytesOf(63.6 * MIB, 256 * MIB)), "64 / 256 MiB");
  });

  it("do not call little nothing, nor unknown zero", () => {
    assert.equal(spaced(mebibytes(400 * KIB)), "<1 MiB");
    assert.equal(spaced(mebibytesOf(400 * KIB, 32 * MIB)), "<1 / 32 MiB");
    assert.equal(spaced(kilobyteRate(1)), "<1 kB/s");
    for (const unknown of [null, undefined]) {
      assert.deepEqual([cpuPercent(unknown), mebibytes(unknown), kilobyteRate(unknown), mebibytesOf(unknown, MIB)], [DASH, DASH, DASH, DASH]);
    }
  });
});

describe("order by a figure", () => {
  const list = /** @type {any[]} */ (["a", "b", "c", "d"].map((name) => ({ engine: "local", id: name, name })));
  const ranking = new Map([["local/a", 5], ["local/b", 80], ["local/d", 5]]);
  const names = (/** @type {boolean} */ descending) => arranged(list, { key: "cpu", descending }, ranking).map(({ name }) => name).join("");

  it("has what is unknown last whichever way round, and equal ones by name", () => {
    assert.equal(names(true), "badc");
    assert.equal(names(false), "adbc");
  });

  it("is by name while nothing is known", () => {
    assert.equal(arranged(list, { key: "memory", descending: true }).map(({ name }) => name).join(""), "abcd");
  });

  it("adds both directions of the network, and does not take unknown for nothing", () => {
    const stats = (/** @type {number | null} */ rx, /** @type {number | null} */ tx) =>
      /** @type {any} */ ({ cpu_percent: 3, memory_bytes: null, network_rx_bytes_per_second: rx, network_tx_bytes_per_second: tx });
    assert.deepEqual([figureOf("network", stats(3, 4)), figureOf("network", stats(0, null)), figureOf("network", stats(null, null))], [7, 0, null]);
    assert.deepEqual([figureOf("cpu", stats(0, 0)), figureOf("memory", stats(0, 0)), figureOf("cpu", null)], [3, null, null]);
    assert.deepEqual(["cpu", "name"].map((key) => isFigureKey(/** @type {any} */ (key))), [true, false]);
    assert.notEqual(rowKey({ engine: "nas", id: "a" }), rowKey(list[0]));
  });
});
