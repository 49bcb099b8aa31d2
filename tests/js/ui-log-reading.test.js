// Somebody who reads a log for a long time: what is held of it, what is counted, and what is said of the rest.

import assert from "node:assert/strict";
import { describe, it, mock } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

import { LogReading, LogSearch, book, connection, container, containers, drawFrame, eachOnAPageOfItsOwn, hearsNothing, judgeAll, keep, line, lines, page, refOf, requests, settled } from "./support/log-page.js";

const { BOUNDS } = await import("../../static/js/state/log-book.js");
const { now } = await import("../../static/js/state/clock.js");
const { downloadHref } = await import("../../static/js/state/log-download.js");
const { setTimes, today } = await import("../../static/js/state/log-options.js");
const { LogLabels } = await import("../../static/js/state/log-labels.js");
const { keeper } = await import("../../static/js/state/log-refs.js");
const { LogBeginning } = await import("../../static/js/views/log-edges.js");
const { LogJump } = await import("../../static/js/views/log-jump.js");
const { LogRow } = await import("../../static/js/views/log-row.js");
const { LogState } = await import("../../static/js/views/log-state.js");

eachOnAPageOfItsOwn();

/** The words drawn, by their keys: there is no catalogue. */
function words(node) {
  if (Array.isArray(node)) return node.flatMap(words);
  if (typeof node === "string") return node.trim() === "" ? [] : [node.trim()];
  return node?.props ? words(node.props.children) : [];
}

async function come(...some) {
  requests.at(-1).give(...some);
  await settled();
  drawFrame();
}

describe("a day of a hundred lines a second", () => {
  // The bounds and the day are both a hundredth of what they are: it fills what is held as often.
  const bounds = { lines: BOUNDS.lines / 100, chars: BOUNDS.chars / 100 };
  const DAY = 86_400;
  const BURST = 100;
  const most = { lines: 1.05 * bounds.lines + BURST, chars: 1.05 * bounds.chars + BURST * 1000 };

  /** Lets the day pass, and hands each burst to whoever reads. */
  async function passDay(log, { text = "x".repeat(100), after = drawFrame }) {
    const seen = { lines: 0, chars: 0 };
    for (let at = 1; at < DAY; at += BURST) {
      requests.at(-1).give(...lines(at, at + BURST, { text }));
      await new Promise((resolve) => setImmediate(resolve));
      after();
      seen.lines = Math.max(seen.lines, log.lines.length);
      seen.chars = Math.max(seen.chars, log.lines.reduce((sum, one) => sum + one.text.length, 0));
    }
    assert.equal(log.arrived.peek(), DAY);
    assert.ok(seen.lines <= most.lines, `${seen.lines} lines`);
    assert.ok(seen.chars <= most.chars, `${seen.chars} characters`);
    return seen;
  }

  it("leaves the last lines with whoever follows", async () => {
    const log = await book(lines(0, 1), { bounds });
    const seen = await passDay(log, {});
    assert.ok(seen.lines >= bounds.lines);
    assert.equal(log.lines.at(-1).timestamp, DAY);
  });

  it("leaves as much of long lines as of short ones", async () => {
    const log = await book(lines(0, 1), { bounds });
    const seen = await passDay(log, { text: "x".repeat(10_000 - 1) });
    assert.ok(seen.chars >= bounds.chars / 2 && seen.lines < bounds.lines);
  });

  it("leaves the lines in sight with whoever reads further back", async () => {
    const log = await book(lines(0, 1), { bounds });
    await come(...lines(1, 101));
    const { seq } = log.lines[50];
    log.keepNear(seq);
    for (let at = 101; at < DAY; at += BURST) {
      await come(...lines(at, at + BURST));
      assert.ok(log.lines.length <= most.lines);
    }
    assert.equal(log.bySeq(seq)?.timestamp, 50);
    assert.equal(log.isCut.peek(), true);
  });

  it("leaves the last lines with a page that nobody sees", async () => {
    const log = await book(lines(0, 1), { bounds });
    page.hidden = true;
    await passDay(log, { after: () => mock.timers.tick(1000) });
    assert.equal(log.lines.at(-1).timestamp, DAY);
  });

  it("leaves nothing of containers that are long gone", () => {
    setFlagsFromString("--expose_gc");
    const gc = runInNewContext("gc");
    const used = () => (gc(), process.memoryUsage().heapUsed);
    const before = used();
    for (let at = 0; at < 100_000; at += 1) {
      const one = refOf(container(`c${at}`));
      assert.equal(keeper([one])(line(at, { id: `c${at}` })).container, `local/${one.id}`);
    }
    assert.ok(used() - before < 5_000_000);
  });
});

describe("the names beside merged lines", () => {
  it("stay with lines whose container is gone, and go with them", () => {
    const [a, b] = [container("a"), container("b")];
    containers.value = [a, b];
    const labels = new LogLabels();
    labels.setMembers([a, b].map(refOf), []);
    const [first, second] = [a, b].map(({ id }) => labels.of(`local/${id}`));
    assert.deepEqual([first.name, second.name], ["a", "b"]);
    assert.notEqual(first.ink, second.ink);
    containers.value = [b];
    labels.setMembers([refOf(b)], [{ container: `local/${a.id}` }]);
    assert.equal(labels.of(`local/${a.id}`), first);
    labels.setMembers([refOf(b)], []);
    assert.equal(labels.size, 1);
    assert.equal(labels.of(`local/${b.id}`), second);
  });
});

const AT_THE_END = { isPaused: { value: false }, leftAt: { value: null } };

describe("what is said of the following", () => {
  const said = (log, { reading = AT_THE_END, members = [container("a")] } = {}) =>
    words(LogState({ book: log, reading, refs: members.map(refOf) }));

  it("is that it stands still, where the reader has scrolled up", async () => {
    const log = await book(lines(0, 5));
    assert.deepEqual(said(log, { reading: { ...AT_THE_END, leftAt: { value: 3 } } }), ["logs.left"]);
  });

  it("is since when nothing is heard, where dockmon is silent or the connection gone", async () => {
    const log = await book(lines(0, 5));
    hearsNothing.value = true;
    assert.deepEqual(said(log), ["logs.lost"]);
    hearsNothing.value = false;
    connection.value = { status: "reconnecting", source: null };
    assert.deepEqual(said(log), ["logs.lost"]);
    connection.value = { status: "connected", source: "socket" };
    assert.deepEqual(said(log), ["logs.following"]);
  });

  it("is not that all are followed, where one broke off", async () => {
    const members = [container("a"), container("b")];
    const log = await book(lines(0, 5), { members });
    assert.deepEqual(said(log, { members }), ["logs.several.following"]);
    requests.at(-1).options.onBroken(refOf(members[1]), { code: "engine.unavailable" });
    assert.deepEqual(said(log, { members }), ["logs.broken.other"]);
  });

  it("is that it never began, of a container that was not started", async () => {
    const log = await book([], { members: [container("a", { state: "created" })] });
    requests.at(-1).end();
    await settled();
    assert.equal(log.tail.phase.peek(), "ended");
    assert.deepEqual(said(log), ["logs.never_started"]);
  });
});

describe("what is said of the lines that are not held", () => {
  const held = (log) => words(LogState({ book: log, reading: AT_THE_END, refs: [refOf(container("a"))] })).at(-1);

  it("is nothing as long as all are", async () => {
    assert.equal(held(await book(lines(0, 500))), "logs.following");
  });

  it("is that only so many lines are kept", async () => {
    const log = await book(lines(0, 500));
    await come(...lines(500, 25_000));
    assert.equal(held(log), "logs.trimmed");
  });

  it("is that only so many characters are kept, where long lines went because of their size", async () => {
    const log = await book(lines(0, 500, { text: "x".repeat(20_000) }));
    assert.equal(held(log), "logs.following");
    await come(...lines(500, 1500, { text: "x".repeat(20_000) }));
    assert.ok(log.lines.length < BOUNDS.lines);
    assert.equal(held(log), "logs.trimmed_size");
  });

  const top = (log) => words(LogBeginning({ book: log, isStopped: false })).at(0);

  it("is that they went with their container, at the top of a log whose container was removed", async () => {
    const log = await book(lines(100, 200));
    containers.value = [];
    requests.at(-1).end();
    await settled();
    mock.timers.tick(2000);
    await settled();
    assert.equal(log.tail.phase.peek(), "gone");
    assert.equal(top(log), "logs.older_gone");
    const { length } = requests;
    log.older.value = "failed";
    await log.loadOlderAgain();
    assert.equal(top(log), "logs.older_gone");
    assert.equal(requests.length, length);
  });

  it("is not that the log begins, where one of several was removed and the others have no more", async () => {
    const [a, b] = [container("a"), container("b")];
    const log = await book([line(100), line(101, { id: "b" })], { members: [a, b] });
    containers.value = [b];
    const asking = log.loadOlder();
    await settled();
    requests.at(-1).end();
    await asking;
    assert.equal(top(log), "logs.older_gone");
  });

  it("is that they could not be read while their engine is away", async () => {
    const log = await book(lines(100, 200));
    requests.at(-1).fail("engine.unavailable");
    containers.value = [];
    await settled();
    await log.loadOlder();
    assert.equal(top(log), "logs.older_failed");
  });

  it("is read no further once everything begins anew", async () => {
    const log = await book(lines(100, 200));
    void log.loadOlder();
    await settled();
    const older = requests.at(-1);
    log.tail.reload();
    await settled();
    mock.timers.tick(100);
    await settled();
    assert.equal(older.options.signal.aborted, false);
    requests.at(-1).give(...lines(300, 400));
    requests.at(-1).end();
    await settled();
    assert.equal(older.options.signal.aborted, true);
    assert.equal(log.lines[0].timestamp, 300);
    assert.equal(log.older.peek(), "more");
  });
});

describe("new lines", () => {
  async function read(...begun) {
    const log = await book(begun);
    const search = keep(new LogSearch(log));
    const reading = keep(new LogReading(log));
    const said = () => words(LogJump({ search, reading }))[0];
    return { log, search, reading, said };
  }

  it("are counted since the reader left the end", async () => {
    const { reading, said } = await read(...lines(0, 10));
    assert.equal(said(), undefined);
    reading.pause();
    assert.equal(said(), "logs.to_end");
    await come(...lines(10, 13));
    assert.equal(reading.newOfAll, 3);
    assert.equal(said(), "logs.new_lines.other");
    reading.toEnd();
    assert.equal(said(), undefined);
  });

  it("are only those that a filter shows", async () => {
    const { search, reading, said } = await read(...lines(0, 10));
    search.pattern.value = "1$";
    search.isFilter.value = true;
    judgeAll();
    reading.pause();
    await come(line(10), line(12));
    judgeAll();
    assert.equal(said(), "logs.to_end");
    await come(line(11), line(21), line(22));
    judgeAll();
    assert.equal(reading.newAmong(search.shown.peek()), 2);
    assert.equal(said(), "logs.new_lines.other");
    search.pattern.value = "";
    assert.equal(reading.newOfAll, 5);
  });

  it("are not counted by a filter once some of them were let go", async () => {
    const { log, search, reading, said } = await read(...lines(0, 10));
    search.pattern.value = "line";
    search.isFilter.value = true;
    judgeAll();
    reading.stayAt({ seq: log.lines[0].seq, offset: 0 });
    await come(...lines(10, 30_000));
    await come(...lines(30_000, 30_001));
    judgeAll();
    assert.equal(log.isCut.peek(), true);
    assert.equal(said(), "logs.to_end");
  });
});

describe("the lines a search has found", () => {
  it("are looked for once, however often they are asked for", async () => {
    const log = await book(lines(0, 100));
    const search = keep(new LogSearch(log));
    search.pattern.value = "7$";
    judgeAll();
    const found = search.matches.value;
    assert.deepEqual(found.map(({ timestamp }) => timestamp), Array.from({ length: 10 }, (_, at) => 10 * at + 7));
    assert.equal(search.matches.value, found);
    await come(line(107));
    judgeAll();
    assert.equal(search.matches.value.length, 11);
  });
});

describe("the day beside the times of lines", () => {
  const midnight = Date.UTC(2026, 10, 23) / 1000;

  it("is another one from midnight on, in a page that stays open", () => {
    setTimes("utc");
    now.value = midnight - 1;
    assert.equal(today.value, "2026-11-22");
    now.value = midnight;
    assert.equal(today.value, "2026-11-23");
    setTimes("off");
  });

  it("draws anew every row that has one, and no row for every second", () => {
    const props = { line: line(midnight - 5), zone: "utc", today: "2026-11-22" };
    const row = Object.assign(new LogRow(props, null), { props });
    assert.equal(row.shouldComponentUpdate({ ...props, today: "2026-11-23" }), true);
    assert.equal(row.shouldComponentUpdate({ ...props }), false);
  });
});

it("a download of what is shown begins no earlier than time itself", () => {
  const since = (from) => new URL(downloadHref([refOf(container("a"))], { from, to: 5 })).searchParams.get("since");
  assert.equal(since(0), "0.000000");
  assert.equal(since(3), "2.999998");
});
