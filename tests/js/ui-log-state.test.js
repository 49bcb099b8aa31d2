// A log that is followed, held and searched: what becomes of its lines when things change under it.

import assert from "node:assert/strict";
import { describe, it, mock } from "node:test";

import { LogSearch, Tail, book, container, containers, drawFrame, eachOnAPageOfItsOwn, keep, line, lines, page, refOf, requests, settled, workers } from "./support/log-page.js";

eachOnAPageOfItsOwn();

/** Of lines that are one second apart. */
function assertNoHole(held) {
  for (const [at, { timestamp }] of held.lines.entries()) {
    if (at > 0) assert.equal(timestamp, held.lines[at - 1].timestamp + 1);
  }
}

const timesOf = (held) => held.lines.map(({ timestamp }) => timestamp);

describe("the lines that a page holds", () => {
  it("are taken in a hidden page though the frame it waited for never comes", async () => {
    const log = await book(lines(0, 3));
    requests.at(-1).give(line(3));
    await settled();
    page.hidden = true;
    requests.at(-1).give(line(4));
    await settled();
    mock.timers.tick(1000);
    assert.deepEqual(timesOf(log), [0, 1, 2, 3, 4]);
  });

  it("have no hole where the oldest were let go while older ones were on their way", async () => {
    const log = await book(lines(1000, 1500));
    const asking = log.loadOlder();
    await settled();
    const older = requests.at(-1);
    requests.at(-2).give(...lines(1500, 25_000));
    await settled();
    drawFrame();
    log.keepNear(log.lines[15_000].seq);
    older.give(...lines(500, 1000));
    older.end();
    await asking;
    assertNoHole(log);
    assert.equal(log.older.peek(), "more");
  });

  it("keep their end for who follows, however much comes from further back", async () => {
    const log = await book(lines(50_000, 50_500));
    const asking = log.loadOlder();
    await settled();
    requests.at(-1).give(...lines(10_000, 50_000));
    requests.at(-1).end();
    await asking;
    assertNoHole(log);
    assert.equal(log.lines.at(-1).timestamp, 50_499);
    assert.equal(log.isCut.peek(), false);
    assert.equal(log.older.peek(), "more");
  });

  it("have no hole behind newer ones that were let go", async () => {
    const long = { text: "x".repeat(1001) };
    const log = await book(lines(50_000, 50_500, long));
    requests.at(-1).give(...lines(50_500, 65_900, long));
    await settled();
    drawFrame();
    log.keepNear(log.lines[0].seq);
    requests.at(-1).give(line(65_900));
    await settled();
    const asking = log.loadOlder();
    await settled();
    requests.at(-1).give(...lines(49_000, 50_000, { text: "x".repeat(3000) }));
    requests.at(-1).end();
    await asking;
    assert.equal(log.isCut.peek(), true);
    drawFrame();
    assertNoHole(log);
  });

  it("are read again up to the latest that was let go, not to the first that is left", async () => {
    const log = await book(lines(0, 500));
    // One log's clock is ahead: what it wrote comes before what is earlier.
    requests.at(-1).give(line(12_000.3), ...lines(500, 30_000));
    await settled();
    drawFrame();
    assert.ok(log.lines[0].timestamp < 12_000);
    void log.loadOlder();
    log.keepNear(log.lines[100].seq);
    void log.loadOlder();
    await settled();
    assert.ok(Number(requests.at(-1).options.until) >= 12_000.3);
  });

  it("begin here only when nothing further back was found", async () => {
    const log = await book(lines(10, 450));
    assert.equal(log.older.peek(), "more");
    for (const [found, older] of [[lines(5, 10), "more"], [[], "start"]]) {
      const asking = log.loadOlder();
      await settled();
      requests.at(-1).give(...found);
      requests.at(-1).end();
      await asking;
      assert.equal(log.older.peek(), older);
    }
    assert.equal(log.lines[0].timestamp, 5);
  });

  it("are not asked for again and again when older ones could not be read", async () => {
    const log = await book(lines(0, 3));
    const asking = log.loadOlder();
    await settled();
    requests.at(-1).fail("engine.unavailable");
    await asking;
    assert.equal(log.older.peek(), "failed");
    const { length } = requests;
    for (let drawing = 0; drawing < 50; drawing += 1) void log.loadOlder();
    await settled();
    assert.equal(requests.length, length);
    void log.loadOlderAgain();
    await settled();
    assert.equal(requests.length, length + 1);
    requests.at(-1).fail("engine.unavailable");
    await settled();
    assert.equal(log.older.peek(), "failed");
    // The followed one breaks off, too, and comes back.
    requests[1].fail("engine.unavailable");
    await settled();
    mock.timers.tick(2000);
    await settled();
    assert.equal(log.older.peek(), "more");
  });
});

describe("a log that is followed", () => {
  /** Follows these; `begun`, `came` tell what the sink was given. */
  async function tail(...members) {
    containers.value = members;
    const sink = { begun: [], came: [], begin: (some) => (sink.begun.push(some), (sink.came = [])), take: (one) => sink.came.push(one.text) };
    const made = keep(new Tail(members.map(refOf), sink));
    await settled();
    return Object.assign(sink, { tail: made });
  }

  /** Ends the reading of the beginning. */
  async function begun(...given) {
    requests.at(-1).give(...given);
    requests.at(-1).end();
    await settled();
  }

  async function become(sink, ...members) {
    containers.value = members;
    sink.tail.setRefs(members.map(refOf));
    await pass(100);
  }

  async function pass(ms) {
    await settled();
    mock.timers.tick(ms);
    await settled();
  }

  const fresh = (name, fields) => container(name, { created: Date.now() / 1000, ...fields });

  it("goes on at its last line when all were replaced and one starts again", async () => {
    const sink = await tail(container("a"));
    await begun(line(1));
    await become(sink, fresh("b"));
    requests.at(-1).give(line(2, { id: "b" }));
    await become(sink, fresh("b", { started_at: 2 }));
    assert.equal(requests.at(-1).options.since, "c2");
    assert.equal(sink.begun.length, 1);
  });

  it("goes on at its last line when one of several was replaced long ago", async () => {
    const sink = await tail(container("a"), container("b"));
    await begun(line(1), line(2, { id: "b" }));
    const [a, d] = [container("a"), fresh("d")];
    await become(sink, a, d);
    requests.at(-1).give(line(3, { id: "d" }));
    await pass(120_000);
    await become(sink, a, { ...d, started_at: 2 });
    assert.equal(requests.at(-1).options.since, "c3");
    assert.equal(sink.begun.length, 1);
  });

  it("begins anew for one that was away while the others went on", async () => {
    const [a, b] = [container("a"), container("b")];
    const sink = await tail(a, b);
    await begun(line(1), line(2, { id: "b" }));
    await become(sink, { ...a, started_at: 2 });
    requests.at(-1).give(line(3));
    await become(sink, { ...a, started_at: 2 }, b);
    assert.equal(requests.at(-1).options.follow, undefined);
    await begun(line(2, { id: "b" }), line(3));
    assert.equal(sink.begun.length, 2);
  });

  it("begins anew for one whose engine was lost while all began", async () => {
    const [a, b] = [container("a"), container("b")];
    const sink = await tail(a, b);
    requests[0].options.onBroken(refOf(b), { code: "engine.unavailable" });
    await begun(line(1));
    assert.equal(sink.tail.broken.peek(), 1);
    // The cursor has no place of the other: followed from there, it would give its whole log.
    assert.deepEqual(requests[1].refs, [refOf(a)]);
    requests[1].give(line(2));
    await pass(2000);
    await pass(100);
    assert.deepEqual(requests[2].refs, [refOf(a), refOf(b)]);
    assert.equal(requests[2].options.follow, undefined);
    await begun(line(0, { id: "b" }), line(1), line(2));
    assert.equal(sink.begun.length, 2);
    assert.deepEqual([requests[3].refs.length, sink.tail.broken.peek()], [2, 0]);
  });

  it("keeps the reader's place while one stays lost, and asks for it ever more seldom", async () => {
    const [a, b] = [container("a"), container("b")];
    const sink = await tail(a, b);
    let answered = 0;
    for (let ms = 0; ms < 60_000; ms += 100) {
      for (const one of requests.slice(answered)) {
        if (one.refs.length === 2) one.options.onBroken(refOf(b), { code: "engine.timed_out" });
        if (!one.options.follow) {
          one.give(line(1));
          one.end();
        }
      }
      answered = requests.length;
      await pass(100);
    }
    assert.equal(sink.begun.length, 1);
    assert.equal(sink.tail.broken.peek(), 1);
    const beginnings = requests.filter(({ options }) => !options.follow).length;
    assert.ok(beginnings > 3 && beginnings < 10, `${beginnings}`);
  });

  it("follows one that was lost in a beginning which came to nothing", async () => {
    const [a, b] = [container("a"), container("b")];
    const sink = await tail(a, b);
    requests[0].options.onBroken(refOf(b), { code: "engine.timed_out" });
    requests[0].give(line(1));
    await become(sink, { ...a, started_at: 2 }, b);
    await begun(line(0, { id: "b" }), line(1));
    assert.deepEqual([requests.at(-1).options.follow, requests.at(-1).refs.length], [true, 2]);
    assert.equal(sink.tail.broken.peek(), 0);
  });

  it("follows one with all its lines that was lost while all began and had just been made", async () => {
    const [a, b] = [container("a"), fresh("b")];
    const sink = await tail(a, b);
    requests[0].options.onBroken(refOf(b), { code: "engine.timed_out" });
    await begun(line(1));
    await pass(2000);
    await pass(100);
    assert.equal(requests.at(-1).options.follow, true);
    assert.deepEqual(requests.at(-1).refs, [refOf(a), refOf(b)]);
    assert.equal(requests.at(-1).options.tail, "all");
    assert.equal(sink.tail.broken.peek(), 0);
  });

  it("is lost, and asks for the log of nobody, when all were lost while they began", async () => {
    const [a, b] = [container("a"), container("b")];
    const sink = await tail(a, b);
    for (const one of [a, b]) requests[0].options.onBroken(refOf(one), { code: "engine.unavailable" });
    await begun(line(1));
    assert.equal(sink.tail.phase.peek(), "lost");
    await pass(2000);
    assert.ok(requests.every(({ refs }) => refs.length === 2));
    await begun(line(1), line(2, { id: "b" }));
    assert.equal(sink.begun.length, 1);
    assert.equal(sink.tail.phase.peek(), "following");
  });

  it("goes on beside one that could not be read when all began", async () => {
    const [a, b] = [container("a"), container("b")];
    const sink = await tail(a, b);
    requests[0].options.onBroken(refOf(b), { code: "engine.refused" });
    await begun(line(1));
    assert.equal(requests[1].refs.length, 2);
    requests[1].give(line(2));
    await become(sink, { ...a, started_at: 2 }, b);
    assert.equal(requests.at(-1).options.since, "c2");
    assert.equal(sink.begun.length, 1);
  });

  it("is gone when its container goes after it has stopped", async () => {
    const sink = await tail(container("a"));
    await begun(line(1));
    containers.value = [container("a", { state: "exited" })];
    requests.at(-1).end();
    await settled();
    assert.equal(sink.tail.phase.peek(), "ended");
    containers.value = [];
    await pass(2000);
    assert.equal(sink.tail.phase.peek(), "gone");
  });

  for (const code of ["engine.timed_out", "engine.unavailable"]) {
    it(`goes on after ${code}, and says since when it is lost`, async () => {
      const sink = await tail(container("a"));
      await begun(line(1));
      assert.equal(sink.tail.phase.peek(), "following");
      await pass(3_600_000);
      requests.at(-1).fail(code);
      await settled();
      assert.equal(sink.tail.phase.peek(), "lost");
      assert.equal(sink.tail.since.peek(), Date.now() / 1000);
      await pass(2000);
      assert.equal(requests.at(-1).options.since, "c1");
      assert.equal(sink.tail.phase.peek(), "following");
    });
  }
});

describe("logs of many containers", () => {
  const names = Array.from({ length: 52 }, (_, at) => `c${at + 10}`);

  async function open(...members) {
    containers.value = members;
    const made = keep(new Tail(members.map(refOf), { begin: () => {}, take: () => {} }));
    await settled();
    return made;
  }

  async function pass(ms) {
    mock.timers.tick(ms);
    await settled();
  }

  it("are as many as can be merged, those that run first, and the others are counted", async () => {
    const tail = await open(...names.map((name, at) => container(name, { state: at < 2 ? "exited" : "running" })));
    assert.equal(requests[0].refs.length, 50);
    assert.ok(requests[0].refs.every(({ id }) => !/^c1[01]0*$/.test(id)));
    assert.equal(tail.leftOut.peek(), 2);
    containers.value = containers.value.slice(2);
    assert.equal(tail.leftOut.peek(), 0);
  });

  it("go on where one of them cannot be read, and say so until it is gone", async () => {
    const [a, b] = [container("a"), container("b")];
    const tail = await open(a, b);
    requests[0].end();
    await settled();
    requests[1].options.onBroken(refOf(b), { code: "engine.refused" });
    await pass(60_000);
    assert.equal(requests.length, 2);
    assert.deepEqual([tail.unreadable.peek(), tail.broken.peek()], [1, 0]);
    containers.value = [a];
    assert.equal(tail.unreadable.peek(), 0);
  });

  it("come back to one whose engine was lost", async () => {
    const [a, b] = [container("a"), container("b")];
    const tail = await open(a, b);
    requests[0].end();
    await settled();
    requests[1].options.onBroken(refOf(b), { code: "engine.unavailable" });
    assert.deepEqual([tail.unreadable.peek(), tail.broken.peek()], [0, 1]);
    await pass(2000);
    await pass(100);
    assert.equal(requests.length, 3);
  });

  it("that all refuse say so, and are asked again", async () => {
    const tail = await open(container("a"), container("b"));
    requests[0].fail("container.conflict");
    await settled();
    assert.equal(tail.phase.peek(), "refused");
    await pass(2000);
    assert.equal(requests.length, 2);
  });
});

describe("a search", () => {
  it("is not switched off for an earlier one that took too long", async () => {
    const log = await book(lines(0, 3));
    const search = keep(new LogSearch(log));
    search.pattern.value = "(a+)+$";
    workers.at(-1).say("ready");
    assert.equal(workers.at(-1).asked.length, 1);
    mock.timers.tick(900);
    search.pattern.value = "line";
    mock.timers.tick(200);
    assert.equal(search.status.peek(), "on");
    assert.equal(workers.length, 2);
    workers.at(-1).say("ready");
    assert.equal(workers.at(-1).asked[0].query.pattern, "line");
    mock.timers.tick(1000);
    assert.equal(search.status.peek(), "slow");
  });

  it("that nobody can do is not called slow", async () => {
    const search = keep(new LogSearch(await book(lines(0, 3))));
    search.pattern.value = "line";
    workers.at(-1).dispatchEvent(new Event("error"));
    assert.equal(search.status.peek(), "failed");
    assert.ok(workers.at(-1).isEnded);
  });

  it("says that nothing matches only when every line was looked at", async () => {
    const search = keep(new LogSearch(await book(lines(0, 600))));
    search.pattern.value = "nowhere";
    assert.equal(search.isJudged.peek(), false);
    workers.at(-1).say("ready");
    for (const isJudged of [false, true]) {
      const { ticket, lines: some } = workers.at(-1).asked.at(-1);
      workers.at(-1).say({ ticket, verdicts: some.map(([seq]) => ({ seq, isWanted: true, ranges: null })) });
      assert.equal(search.isJudged.peek(), isJudged);
    }
    search.pattern.value = "elsewhere";
    assert.equal(search.isJudged.peek(), false);
  });
});
