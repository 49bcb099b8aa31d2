/** The law of snapshots and deltas. Counterpart: static/js/client/apply.js. */

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  applyDelta,
  applyEngineEvent,
  applySnapshot,
  awaitSnapshot,
  unknownEngine,
} from "../../static/js/client/apply.js";
import { FleetEngine, containerOf, randomFrom } from "./support/fleet.js";

const names = (state) => [...state.containers.values()].map(({ name }) => name).sort();

function whole(engine) {
  return applySnapshot(unknownEngine("local"), engine.snapshot()).state;
}

test("a snapshot, then a delta that follows it", () => {
  const engine = new FleetEngine("local");
  let state = whole(engine);
  const step = applyDelta(state, engine.change([containerOf("local", 1)]));
  assert.equal(step.outcome, "applied");
  assert.deepEqual(names(step.state), ["c1"]);
  assert.equal(step.state.seq, 1);
  assert.deepEqual(step.state.summary, engine.summary);
  state = applyDelta(step.state, engine.change([], [containerOf("local", 1).id])).state;
  assert.deepEqual(names(state), []);
});

test("a delta that is not newer than the snapshot is dropped", () => {
  const engine = new FleetEngine("local");
  const delta = engine.change([containerOf("local", 1)]);
  const state = whole(engine);
  assert.deepEqual(applyDelta(state, delta), { state, outcome: "dropped" });
});

test("a gap, an overlap and a new epoch all ask for a resync", () => {
  const engine = new FleetEngine("local");
  const state = whole(engine);
  engine.change([containerOf("local", 1)]);
  const later = engine.change([containerOf("local", 2)]);
  assert.equal(applyDelta(state, later).outcome, "resync");
  const first = applyDelta(state, { ...later, seq_from: 1 }).state;
  assert.equal(applyDelta(first, { ...later, seq_from: 2, seq_to: 3 }).outcome, "resync");
  assert.equal(applyDelta(first, { ...later, epoch: "e2", seq_from: 3, seq_to: 3 }).outcome, "resync");
});

test("a delta for an engine never heard of asks for a resync", () => {
  const engine = new FleetEngine("local");
  assert.equal(applyDelta(unknownEngine("local"), engine.change([])).outcome, "resync");
});

test("deltas before the first snapshot wait and are replayed on top of it", () => {
  const engine = new FleetEngine("local");
  let state = awaitSnapshot(unknownEngine("local"));
  engine.change([containerOf("local", 1)]);
  const snapshot = engine.snapshot();
  for (const number of [2, 3]) {
    const step = applyDelta(state, engine.change([containerOf("local", number)]));
    assert.equal(step.outcome, "queued");
    state = step.state;
  }
  const step = applySnapshot(state, snapshot);
  assert.equal(step.outcome, "applied");
  assert.deepEqual(names(step.state), ["c1", "c2", "c3"]);
  assert.equal(step.state.seq, 3);
});

test("what waited and still does not follow asks again", () => {
  const engine = new FleetEngine("local");
  const snapshot = engine.snapshot();
  engine.change([containerOf("local", 1)]);
  const waiting = applyDelta(awaitSnapshot(unknownEngine("local")), engine.change([containerOf("local", 2)])).state;
  const step = applySnapshot(waiting, snapshot);
  assert.equal(step.outcome, "resync");
  assert.deepEqual(names(applySnapshot(step.state, engine.snapshot()).state), ["c1", "c2"]);
});

test("a snapshot nobody awaits is dropped when it is older, and never when one is awaited", () => {
  const engine = new FleetEngine("local");
  const old = engine.snapshot();
  engine.change([containerOf("local", 1)]);
  const state = whole(engine);
  assert.equal(applySnapshot(state, old).outcome, "dropped");
  assert.equal(applySnapshot(awaitSnapshot(state), old).outcome, "applied");
  assert.equal(applySnapshot(state, { ...old, epoch: "e2" }).outcome, "applied");
});

test("what waits is bounded, and the loss is noticed", () => {
  const engine = new FleetEngine("local");
  const snapshot = engine.snapshot();
  let state = awaitSnapshot(unknownEngine("local"));
  for (let number = 0; number < 2000; number += 1) {
    state = applyDelta(state, engine.change([containerOf("local", number)])).state;
  }
  assert.ok(state.waiting.length <= 256);
  assert.equal(applySnapshot(state, snapshot).outcome, "resync");
});

test("an unchanged container keeps its object over a snapshot", () => {
  const engine = new FleetEngine("local");
  engine.change([containerOf("local", 1), containerOf("local", 2)]);
  const before = whole(engine);
  engine.change([containerOf("local", 2, { state: "exited" })]);
  const after = applySnapshot(before, structuredClone(engine.snapshot())).state;
  const [one, two] = [containerOf("local", 1).id, containerOf("local", 2).id];
  assert.equal(after.containers.get(one), before.containers.get(one));
  assert.equal(after.containers.get(two)?.state, "exited");
});

test("an engine event changes the state and never takes a confirmation back", () => {
  const state = applyEngineEvent({ ...unknownEngine("local"), confirmed_at: 20 }, {
    engine: "local", state: "stale", reason: "no answer", confirmed_at: 15, timestamp: 30,
  });
  assert.deepEqual([state.state, state.reason, state.confirmed_at], ["stale", "no answer", 20]);
  assert.equal(applyEngineEvent(state, { engine: "local", state: "up", confirmed_at: 31, timestamp: 31 }).reason, null);
});

test("containers without an id are left out instead of breaking the rest", () => {
  const engine = new FleetEngine("local");
  const snapshot = { ...engine.snapshot(), data: [null, 7, { name: "x" }, containerOf("local", 1)] };
  assert.deepEqual(names(applySnapshot(unknownEngine("local"), snapshot).state), ["c1"]);
});

function randomChange(engine, random) {
  const changed = [];
  const removed = [];
  for (let count = 0; count < 1 + random() * 3; count += 1) {
    const container = containerOf("local", Math.floor(random() * 12), { status: `s${Math.floor(random() * 1e6)}` });
    if (changed.some(({ id }) => id === container.id) || removed.includes(container.id)) continue;
    if (random() < 0.3) removed.push(container.id);
    else changed.push(container);
  }
  return engine.change(changed, removed);
}

test("any operations: the snapshot and its deltas equal the model", () => {
  for (let seed = 1; seed <= 200; seed += 1) {
    const random = randomFrom(seed);
    const engine = new FleetEngine("local");
    let state = whole(engine);
    for (let number = 0; number < 40; number += 1) {
      const step = applyDelta(state, randomChange(engine, random));
      assert.equal(step.outcome, "applied", `seed ${seed}`);
      state = step.state;
    }
    assert.deepEqual(state.containers, engine.containers, `seed ${seed}`);
  }
});

/** A line that loses, doubles and swaps, and a server that is now and then a new process. */
function badLine(messages, random) {
  const arrived = [];
  for (const message of messages) {
    if (random() < 0.15) continue;
    arrived.push(message);
    if (random() < 0.15) arrived.push(message);
  }
  for (let index = 1; index < arrived.length; index += 1) {
    if (random() < 0.2) [arrived[index - 1], arrived[index]] = [arrived[index], arrived[index - 1]];
  }
  return arrived;
}

test("any losses, doubles and swaps: never a wrong state that calls itself whole, and right after a resync", () => {
  for (let seed = 1; seed <= 300; seed += 1) {
    const random = randomFrom(seed);
    let engine = new FleetEngine("local");
    const history = new Map();
    const remember = () => history.set(`${engine.epoch}/${engine.seq}`, new Map(engine.containers));
    remember();
    let state = whole(engine);
    const sent = [];
    for (let number = 0; number < 30; number += 1) {
      if (random() < 0.05) engine = Object.assign(new FleetEngine("local", `e${number + 2}`), { containers: engine.containers });
      sent.push({ delta: randomChange(engine, random), snapshot: engine.snapshot() });
      remember();
    }
    for (const { delta, snapshot } of badLine(sent, random)) {
      const step = applyDelta(state, delta);
      state = step.outcome === "resync" && random() < 0.7 ? applySnapshot(step.state, snapshot).state : step.state;
      if (state.awaiting) continue;
      assert.deepEqual(state.containers, history.get(`${state.epoch}/${state.seq}`), `seed ${seed}`);
    }
    state = applySnapshot(awaitSnapshot(state), engine.snapshot()).state;
    assert.deepEqual(state.containers, engine.containers, `seed ${seed}`);
  }
});
