// What the page makes of log lines: levels, JSON, what is found, and two readings put together.

import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { parseAnsi } from "../../static/js/lib/ansi.js";
import { LineBuffer } from "../../static/js/lib/line-buffer.js";
import { asText } from "../../static/js/lib/log-copy.js";
import { readJson } from "../../static/js/lib/log-json.js";
import { levelNamed } from "../../static/js/lib/log-level.js";
import { readLine } from "../../static/js/lib/log-line.js";
import { notKnown, sinceAllAreThere } from "../../static/js/lib/log-overlap.js";
import { piecesOf } from "../../static/js/lib/log-pieces.js";
import { compiled, judged } from "../../static/js/lib/log-search.js";
import { dayOf, fullTime, logTime } from "../../static/js/lib/log-time.js";
import { heightBefore, indexOf, lineAt, rangeAround } from "../../static/js/lib/log-window.js";

const ESC = "\u001b";

describe("how serious a line is", () => {
  for (const [line, level] of [
    ["ERROR something broke", "error"],
    ["2026-11-22 11:00:01,123 WARNING root: disk", "warn"],
    ["2026-11-22T11:00:01.123Z  INFO 1 --- [main] App : started", "info"],
    ["[warn] low memory", "warn"],
    ["2026/11/22 11:00:01 [error] 31#31: *1 open() failed", "error"],
    ["[Sun Nov 22 11:00:01 2026] [core:error] [pid 35]", "error"],
    ["I0102 15:04:05.000000       1 main.go:10] hello", "info"],
    ["E0102 15:04:05.000000       1 main.go:10] hello", "error"],
    ["<3>kernel: oops", "error"],
    ["<30>daemon: fine", "info"],
    ['time="2026-11-22T11:00:01Z" level=warning msg="slow"', "warn"],
    ["ts=1 lvl=eror msg=x", "error"],
    ["level=debug x=1", "debug"],
    ["error: no such file", "error"],
    ["warn: Microsoft.Hosting[0]", "warn"],
    ["fail: Microsoft.Hosting[0]", "error"],
    ["2026-11-22 11:00:01.1 UTC [29] FATAL:  the database is starting up", "fatal"],
    ["[29663] LOG:  checkpoint complete", "info"],
    ["panic: runtime error", "fatal"],
    ["11:00:01 DBG query", "debug"],
    ["GET /error HTTP/1.1 200", null],
    ["everything is fine, no errors", null],
    ["Terror in the ERRORLOG", null],
    [`${"x".repeat(200)} ERROR`, null],
    ["10 %\rwarn: low memory", "warn"],
    ["", null],
  ]) {
    it(`${JSON.stringify(line)?.slice(0, 60)} is ${level ?? "not said"}`, () => assert.equal(readLine(String(line)).level, level));
  }

  it("is a number in some programs", () => {
    for (const [value, level] of [[10, "trace"], [20, "debug"], [30, "info"], [40, "warn"], [50, "error"], [60, "fatal"], ["50", "error"], [3, "error"], [6, "info"]]) {
      assert.equal(levelNamed(value), level);
    }
    for (const value of [null, {}, -1, 9, 100, 3.5, "nothing", Infinity]) assert.equal(levelNamed(value), null);
  });
});

describe("a line of JSON", () => {
  it("shows its message first, the rest below", () => {
    const line = readLine('{"level":30,"time":1,"msg":"request \\u001b[31mdone","req":{"id":7},"url":"/a"}');
    assert.equal(line.level, "info");
    assert.equal(line.text.slice(0, line.head), "request done");
    assert.equal(line.text.slice(line.head + 1), 'level: 30\ntime: 1\nreq: {"id":7}\nurl: /a');
    assert.equal(line.fields, 4);
  });

  it("without a message shows itself, and its fields below", () => {
    const line = readLine('{"severity":"ERROR","a":1}');
    assert.equal(line.text.slice(0, line.head), '{"severity":"ERROR","a":1}');
    assert.deepEqual([line.level, line.fields], ["error", 2]);
  });

  it("keeps all of a message with several lines", () => {
    const read = readJson('{"message":"it broke\\n  at a\\n  at b"}');
    assert.equal(read?.message, "it broke");
    assert.deepEqual(read?.fields, [["message", "it broke\n  at a\n  at b"]]);
  });

  it("knows the names programs give to a level", () => {
    assert.equal(readLine('{"msg":"error: no such file"}').level, "error");
    assert.equal(readLine('{"level":"info","msg":"error: no such file"}').level, "info");
    for (const line of ['{"log.level":"warn"}', '{"log":{"level":"warn"}}', '{"@l":"Warning"}', '{"levelname":"WARNING"}', '{"lvl":"wrn"}']) {
      assert.equal(readLine(line).level, "warn", line);
    }
  });

  it("is plain text where it is nested more deeply than can be written", () => {
    const deep = `{"a":${"[".repeat(5000)}${"]".repeat(5000)}}`;
    assert.equal(readJson(deep), null);
    assert.equal(readLine(deep).text, deep);
  });

  it("is plain text where it has numbers that would be changed", () => {
    for (const number of ["1234567890123456789", "-12345678901234567", "1e400", "1E-400", "0.12345678901234567890"]) {
      assert.equal(readJson(`{"id":${number}}`), null, number);
    }
    for (const number of ["1732273200000", "1732273200.1234567", "0.1", "-1.50", "1e6", '"1234567890123456789"', '"1e400\\""']) {
      assert.equal(readJson(`{"msg":"x","id":${number}}`)?.message, "x", number);
    }
  });

  it("that is none is text", () => {
    for (const text of ["{not json}", "[1,2]", '{"a":1', "{}{}", "12"]) assert.equal(readJson(text), null, text);
    assert.deepEqual(readJson("{}")?.fields, []);
    assert.deepEqual(readJson('{"__proto__":{"x":1},"constructor":"y"}')?.fields, [["__proto__", '{"x":1}'], ["constructor", "y"]]);
  });
});

/** @param {string} container @param {number} timestamp @param {string} text @param {string} [stream] */
const at = (container, timestamp, text, stream = "stdout") => ({ container, stream, timestamp, text });
const textsOf = (/** @type {readonly {text: string}[]} */ lines) => lines.map(({ text }) => text);

describe("older lines put before the others", () => {
  it("are those that were not there, also at the same time", () => {
    const log = [1, 2, 3, 3, 3, 3, 4, 5].map((time, number) => at("a", time, `line ${number}`));
    for (let cut = 0; cut <= log.length; cut += 1) {
      const known = log.slice(cut);
      assert.deepEqual(textsOf(notKnown(log, known)), textsOf(log.slice(0, cut)), String(cut));
    }
  });

  it("may be equal to each other", () => {
    const log = Array.from({ length: 6 }, () => at("a", 3, "same"));
    assert.equal(notKnown(log, log.slice(2)).length, 2);
  });

  it("are not stopped by two streams that were written out of order", () => {
    const log = [at("a", 1, "o1"), at("a", 1.0002, "o2"), at("a", 1.0001, "e1", "stderr"), at("a", 1.0003, "o3")];
    assert.deepEqual(textsOf(notKnown(log, log.slice(2))), ["o1", "o2"]);
  });

  it("are found though the first known one was only the end of a long line", () => {
    const log = [at("a", 1, "before"), at("a", 2, "a very long line"), at("a", 3, "after")];
    assert.deepEqual(textsOf(notKnown(log, [at("a", 2, "long line"), log[2]])), ["before"]);
  });

  it("are not doubled by lines that come though they are a little later than asked for", () => {
    const log = Array.from({ length: 8 }, (_, number) => at("a", 1 + number * 1e-7, `line ${number}`));
    assert.deepEqual(textsOf(notKnown(log.slice(0, 6), log.slice(3))), ["line 0", "line 1", "line 2"]);
  });

  it("of several logs leave no hole where one reaches less far back", () => {
    const busy = Array.from({ length: 3 }, (_, number) => at("busy", 100 + number, `b${number}`));
    const quiet = [at("quiet", 1, "q1"), at("quiet", 101, "q2")];
    const batch = [quiet[0], busy[0], quiet[1], busy[1], busy[2]].sort((a, b) => a.timestamp - b.timestamp);
    assert.deepEqual(sinceAllAreThere(batch, 3), { lines: batch.slice(1), isWhole: false });
    assert.deepEqual(sinceAllAreThere(batch, 4), { lines: batch, isWhole: true });
    assert.deepEqual(sinceAllAreThere([], 3), { lines: [], isWhole: true });
  });

  it("read in pages give every line once, for any logs and any size of page", () => {
    let seed = 7;
    const chance = (/** @type {number} */ below) => (seed = (seed * 1103515245 + 12345) % 2 ** 31) % below;
    for (let round = 0; round < 60; round += 1) {
      const names = ["a", "b", "c"].slice(0, 1 + chance(3));
      const logs = names.map((name) => {
        let time = 0;
        return Array.from({ length: chance(40) }, (_, number) => at(name, (time += chance(3)), `${name}${number}`, chance(4) ? "stdout" : "stderr"));
      });
      const merged = (/** @type {ReturnType<typeof at>[][]} */ some) => some.flat().sort((x, y) => x.timestamp - y.timestamp);
      const read = (/** @type {number} */ until, /** @type {number} */ tail) =>
        merged(logs.map((log) => log.filter(({ timestamp }) => timestamp <= until).slice(-tail)));
      let tail = 1 + chance(8);
      let { lines, isWhole } = sinceAllAreThere(read(Infinity, tail), tail);
      for (let page = 0; !isWhole && page < 200; page += 1) {
        const until = lines[0].timestamp + 0.01;
        const found = sinceAllAreThere(read(until, tail), tail);
        const older = notKnown(found.lines, lines.filter(({ timestamp }) => timestamp <= until));
        if (older.length === 0 && !found.isWhole) tail *= 4;
        lines = [...older, ...lines];
        isWhole = found.isWhole;
      }
      assert.deepEqual(textsOf(lines).sort(), textsOf(merged(logs)).sort());
      for (const name of names) {
        const own = textsOf(lines.filter(({ container }) => container === name));
        assert.deepEqual(own, textsOf(logs[names.indexOf(name)]));
      }
    }
  });
});

describe("a long line", () => {
  const long = `${ESC}[31mred${ESC}[0m plain `.repeat(10_000);

  it("is read only as far as it is shown, and looks the same there", () => {
    const [whole, begun] = [readLine(long), readLine(long, 2000)];
    assert.ok(begun.head > 2000 && begun.head < 10_000);
    assert.equal(begun.full, long.length);
    assert.equal(begun.text.slice(0, 2000), whole.text.slice(0, 2000));
    const inSight = (/** @type {{start: number, end: number}[]} */ spans) => spans.filter(({ end }) => end <= 2000);
    assert.deepEqual(inSight(begun.spans), inSight(whole.spans));
  });

  it("is read whole where its beginning does not tell what is shown", () => {
    for (const line of [`${long}\rdone`, `${`${ESC}[31m`.repeat(5000)}${"x".repeat(3000)}`, `{"msg":"${"x".repeat(9000)}"}`]) {
      assert.deepEqual(readLine(line, 2000), readLine(line));
    }
  });
});

describe("the lines that are held", () => {
  const some = (/** @type {number} */ count, text = "x") => Array.from({ length: count }, () => ({ text }));

  it("are numbered without gaps at both ends", () => {
    const buffer = new LineBuffer({ lines: 100, chars: 1e6 });
    buffer.append(some(3));
    buffer.prepend(some(2));
    buffer.append(some(1));
    assert.deepEqual(buffer.lines.map(({ seq }) => seq), [-2, -1, 0, 1, 2, 3]);
    assert.equal(buffer.bySeq(-1), buffer.lines[1]);
    assert.equal(buffer.bySeq(9), undefined);
  });

  it("stay bounded at either end, in number and in size", () => {
    const buffer = new LineBuffer({ lines: 100, chars: 5000 });
    for (let round = 0; round < 50; round += 1) {
      buffer.append(some(30));
      buffer.trimOldest();
      assert.ok(buffer.lines.length <= 130);
    }
    const last = buffer.lines.at(-1)?.seq;
    buffer.prepend(some(90));
    assert.ok(buffer.trimNewest().length > 0);
    assert.notEqual(buffer.lines.at(-1)?.seq, last);
    assert.equal(buffer.lines.length, 100);
    buffer.append(some(5, "y".repeat(2000)));
    buffer.trimOldest();
    assert.ok(buffer.lines.reduce((sum, { text }) => sum + text.length, 0) <= 5000);
  });
});

describe("the lines that are drawn", () => {
  const lines = Array.from({ length: 1000 }, (_, seq) => ({ seq, height: 10 + (seq % 3) * 10 }));
  const heightOf = (/** @type {{height: number}} */ line) => line.height;

  it("are those in sight, and some around them", () => {
    const { at: index, offset } = lineAt(lines, 2005, heightOf);
    assert.equal(heightBefore(lines, index, heightOf) + offset, 2005);
    const { first, end } = rangeAround(lines, index, 300, 500, heightOf);
    assert.ok(heightBefore(lines, index, heightOf) - heightBefore(lines, first, heightOf) >= 300);
    assert.ok(heightBefore(lines, end, heightOf) - heightBefore(lines, index, heightOf) >= 500);
    assert.ok(end - first < 60);
  });

  it("are found at the edges, and when there are none", () => {
    assert.deepEqual(lineAt(lines, -5, heightOf), { at: 0, offset: 0 });
    assert.deepEqual(lineAt(lines, 1e9, heightOf), { at: 999, offset: 0 });
    assert.deepEqual(lineAt([], 5, heightOf), { at: 0, offset: 0 });
    assert.deepEqual(rangeAround([], 0, 100, 100, heightOf), { first: 0, end: 0 });
    assert.deepEqual(rangeAround(lines, 1000, 100, 0, heightOf).end, 1000);
  });

  it("are found by their number, and where one that is hidden would stand", () => {
    const shown = lines.filter(({ seq }) => seq % 2);
    assert.equal(indexOf(shown, 501), 250);
    assert.equal(indexOf(shown, 500), 250);
    assert.equal(indexOf(shown, 2000), shown.length);
  });
});

describe("a search", () => {
  it("is a regular expression, and plain text where it is none", () => {
    assert.equal(compiled("", false), null);
    assert.equal(compiled("a.c", false)?.isLiteral, false);
    assert.equal(compiled("[unclosed", false)?.isLiteral, true);
    assert.ok(compiled("[unclosed", false)?.regex.test("an [UNCLOSED bracket"));
    assert.ok(!compiled("Case", true)?.regex.test("case"));
    assert.equal(compiled("\\d{2}-\\w", false)?.isLiteral, false);
    assert.equal(compiled("\\-", false)?.isLiteral, false);
  });

  it("finds what is shown: without colours, and in folded fields", () => {
    const query = { pattern: "re[d]y?", withCase: false, level: null };
    const [coloured, json, none] = judged([[1, `${ESC}[31mRE${ESC}[32mDY${ESC}[0m`], [2, '{"msg":"x","state":"ready red"}'], [3, "blue"]], query);
    assert.deepEqual(coloured.ranges, [0, 4]);
    const { text } = readLine('{"msg":"x","state":"ready red"}');
    assert.deepEqual(json.ranges, [text.indexOf("red"), text.indexOf("red") + 3]);
    assert.equal(none.ranges, null);
  });

  it("keeps to what is serious enough", () => {
    const query = { pattern: "", withCase: false, level: /** @type {const} */ ("warn") };
    const verdicts = judged([[1, "ERROR a"], [2, "INFO b"], [3, "c"], [4, "[warn] d"]], query);
    assert.deepEqual(verdicts.map(({ isWanted }) => isWanted), [true, false, false, true]);
  });

  it("never marks without end, nor nothing", () => {
    const [all, nothing] = [".", "x*"].map((pattern) => judged([[1, "a".repeat(50_000)]], { pattern, withCase: false, level: null })[0]);
    assert.equal(all.ranges?.length, 100);
    assert.equal(nothing.ranges, null);
  });

  it("cuts a text where its colour or the match changes", () => {
    const { text, spans } = parseAnsi(`a${ESC}[31mbcd${ESC}[0me`);
    const pieces = piecesOf(text, 0, text.length, spans, [2, 5]);
    assert.deepEqual(pieces.map((piece) => [piece.text, piece.style?.fg ?? null, piece.isMatch]), [
      ["a", null, false],
      ["b", 1, false],
      ["cd", 1, true],
      ["e", null, true],
    ]);
    assert.equal(piecesOf(text, 1, 4, spans, null).map((piece) => piece.text).join(""), "bcd");
  });
});

describe("times of lines", () => {
  const moment = Date.UTC(2026, 10, 22, 11, 0, 1) / 1000 + 0.123456;

  it("are to the millisecond, and of another day say which", () => {
    assert.equal(logTime(moment, "utc", dayOf(moment, "utc")), "11:00:01.123Z");
    assert.equal(logTime(moment, "utc", dayOf(moment + 86_400, "utc")), "2026-11-22 11:00:01.123Z");
  });

  it("are whole in their tooltip", () => {
    assert.equal(fullTime(moment), "2026-11-22T11:00:01.123456Z");
    assert.equal(fullTime(1.9999999), "1970-01-01T00:00:02.000000Z");
  });
});

it("lines are copied as plain text, with what is shown beside them", () => {
  const lines = [at("a", 0, `${ESC}[31mred`), at("b", 1, "plain")];
  assert.equal(asText(lines, { isTimed: false, nameOf: null }), "red\nplain\n");
  assert.equal(asText(lines, { isTimed: true, nameOf: (name) => `${name}:` }), "a: 1970-01-01T00:00:00.000000Z red\nb: 1970-01-01T00:00:01.000000Z plain\n");
});
