/**
 * The state of a log without a page: the server, the frames and the worker are the test's.
 * Counterparts: live.js beside it; static/js/state/{tail,log-book,log-reading,log-search}.js.
 */

import { register } from "node:module";
import { afterEach, beforeEach, mock } from "node:test";

import { judged } from "../../../static/js/lib/log-search.js";

register("./log-loader.js", import.meta.url);

export const page = Object.assign(new EventTarget(), { hidden: false, visibilityState: "visible" });

const frames = new Map();
let lastFrame = 0;

/** Workers hired, the newest last. */
export const workers = [];

class FakeWorker extends EventTarget {
  asked = [];
  isEnded = false;

  constructor() {
    super();
    workers.push(this);
  }

  postMessage(task) {
    this.asked.push(task);
  }

  say(data) {
    this.dispatchEvent(Object.assign(new Event("message"), { data }));
  }

  terminate() {
    this.isEnded = true;
  }
}

Object.assign(globalThis, {
  document: Object.assign(page, { querySelector: () => null }),
  location: new URL("http://dockmon.example/#/"),
  matchMedia: () => Object.assign(new EventTarget(), { matches: false }),
  Worker: FakeWorker,
  requestAnimationFrame: (run) => frames.set((lastFrame += 1), run) && lastFrame,
  cancelAnimationFrame: (frame) => frames.delete(frame),
});

export const { containers, connection, engines, hearsNothing, requests } = await import("./live.js");
export const { LogBook } = await import("../../../static/js/state/log-book.js");
export const { LogReading } = await import("../../../static/js/state/log-reading.js");
export const { LogSearch } = await import("../../../static/js/state/log-search.js");
export const { Tail } = await import("../../../static/js/state/tail.js");

export function drawFrame() {
  const due = [...frames.values()];
  frames.clear();
  for (const run of due) run();
}

/** Whatever can happen without time passing has happened. */
export async function settled() {
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

export function container(name, fields = {}) {
  return { engine: "local", id: name.padEnd(64, "0"), name, state: "running", created: 1, started_at: 1, ...fields };
}

export function line(at, fields = {}) {
  const { id, ...rest } = { id: "a", ...fields };
  return { engine: "local", container: id.padEnd(64, "0"), stream: "stdout", timestamp: at, text: `line ${at}`, cursor: `c${at}`, ...rest };
}

export const lines = (from, to, fields) => Array.from({ length: to - from }, (_, at) => line(from + at, fields));

export const refOf = ({ engine, id }) => ({ engine, id });

/** What is to be closed after the test. */
const opened = [];

export const keep = (part) => opened[opened.push(part) - 1];

function closeAll() {
  for (const part of opened.splice(0)) part.close();
}

/** A log that has begun with these lines and is followed by the newest request. */
export async function book(begun, { members = [container("a")], bounds = undefined } = {}) {
  containers.value = members;
  const made = keep(new LogBook(members.map(refOf), bounds));
  await settled();
  requests.at(-1).give(...begun);
  requests.at(-1).end();
  await settled();
  return made;
}

/** The newest worker has looked at all it was given, and at what it was given then. */
export function judgeAll() {
  const worker = workers.at(-1);
  worker.say("ready");
  for (let at = 0; at < worker.asked.length; at += 1) {
    const { ticket, query, lines: some } = worker.asked[at];
    worker.say({ ticket, verdicts: judged(some, query) });
  }
}

/** To be called once by a file of tests: each begins with nothing, on a clock of its own. */
export function eachOnAPageOfItsOwn() {
  beforeEach(() => {
    reset();
    mock.timers.enable({ apis: ["setTimeout", "Date"], now: 1e12 });
  });
  afterEach(async () => {
    closeAll();
    mock.timers.reset();
    await settled();
  });
}

function reset() {
  frames.clear();
  requests.length = workers.length = 0;
  page.hidden = false;
  containers.value = [];
  engines.value = [{ engine: "local", state: "up" }];
  connection.value = { status: "connected", source: "socket" };
  hearsNothing.value = false;
}
