/**
 * The law of snapshots and deltas: which message may change the state, and how. Pure.
 * Counterpart: domain/snapshot.py, which numbers what a room is told.
 *
 * - A snapshot replaces. Unasked for, it is dropped when it is older than what is shown.
 * - A delta applies only when it follows the last number of the same epoch; what is not newer is
 *   dropped; anything else means that something was missed, and a snapshot has to be asked for.
 * - While a snapshot is awaited, deltas wait too, and are replayed on top of it: the server joins
 *   the room before it builds its answer, so a delta may overtake the answer it belongs behind.
 *
 * @import { Container, ContainersDelta, ContainersPayload, EngineEvent, EngineStateWord, Epoch,
 *   Summary } from "./types.js"
 */

import { isContainer, isRecord } from "./shapes.js";

/**
 * @typedef {object} EngineState
 * @property {string} engine
 * @property {Epoch | null} epoch `null` before the first snapshot
 * @property {number} seq
 * @property {EngineStateWord} state
 * @property {string | null} reason
 * @property {number | null} confirmed_at
 * @property {ReadonlyMap<string, Container>} containers by full id
 * @property {Summary} summary
 * @property {boolean} awaiting what is shown is the last known, and a snapshot is on its way
 * @property {readonly ContainersDelta[]} waiting deltas to replay on top of that snapshot
 */

/** @typedef {"applied" | "dropped" | "queued" | "resync"} Outcome */
/** @typedef {{ state: EngineState, outcome: Outcome }} Step */

/**
 * A server that never answers must not fill the memory. Losing the oldest is safe: the replay
 * then meets a gap and asks again.
 */
const WAITING_MAX = 256;

/**
 * @param {string} engine
 * @returns {EngineState}
 */
export function unknownEngine(engine) {
  return {
    engine,
    epoch: null,
    seq: 0,
    state: "connecting",
    reason: null,
    confirmed_at: null,
    containers: new Map(),
    summary: {},
    awaiting: false,
    waiting: [],
  };
}

/**
 * The connection is gone: keep showing, promise nothing, and forget deltas of the old connection.
 * @param {EngineState} state
 * @returns {EngineState}
 */
export function awaitSnapshot(state) {
  return { ...state, awaiting: true, waiting: [] };
}

/**
 * @param {EngineState} state
 * @param {ContainersPayload} snapshot
 * @returns {Step}
 */
export function applySnapshot(state, snapshot) {
  const older = snapshot.epoch === state.epoch && snapshot.seq < state.seq;
  if (older && !state.awaiting) return { state, outcome: "dropped" };
  return replay(replaced(state, snapshot), state.waiting);
}

/**
 * @param {EngineState} state
 * @param {ContainersDelta} delta
 * @returns {Step}
 */
export function applyDelta(state, delta) {
  if (state.awaiting) return { state: queued(state, [delta]), outcome: "queued" };
  if (delta.epoch !== state.epoch) return missed(state, [delta]);
  if (delta.seq_to <= state.seq) return { state, outcome: "dropped" };
  if (delta.seq_from !== state.seq + 1) return missed(state, [delta]);
  return { state: changed(state, delta), outcome: "applied" };
}

/**
 * @param {EngineState} state
 * @param {EngineEvent} event
 * @returns {EngineState}
 */
export function applyEngineEvent(state, event) {
  return {
    ...state,
    state: event.state,
    reason: event.reason ?? null,
    confirmed_at: latest(state.confirmed_at, event.confirmed_at ?? null),
  };
}

/**
 * @param {EngineState} state
 * @param {ContainersPayload} snapshot
 * @returns {EngineState}
 */
function replaced(state, snapshot) {
  const valid = snapshot.data.filter(isContainer);
  return {
    engine: state.engine,
    epoch: snapshot.epoch,
    seq: snapshot.seq,
    state: snapshot.state,
    reason: snapshot.reason ?? null,
    confirmed_at: snapshot.confirmed_at ?? null,
    containers: keptAll(state.containers, new Map(valid.map((container) => [container.id, container]))),
    summary: summaryOf(snapshot.summary, state.summary),
    awaiting: false,
    waiting: [],
  };
}

/**
 * @param {EngineState} state
 * @param {ContainersDelta} delta
 * @returns {EngineState}
 */
function changed(state, delta) {
  const containers = new Map(state.containers);
  for (const id of delta.removed) containers.delete(id);
  for (const container of delta.changed.filter(isContainer)) containers.set(container.id, container);
  return { ...state, seq: delta.seq_to, containers, summary: summaryOf(delta.summary, state.summary) };
}

/**
 * @param {EngineState} state
 * @param {readonly ContainersDelta[]} deltas
 * @returns {Step}
 */
function replay(state, deltas) {
  for (const [index, delta] of deltas.entries()) {
    const step = applyDelta(state, delta);
    if (step.outcome === "resync") return missed(state, deltas.slice(index));
    state = step.state;
  }
  return { state, outcome: "applied" };
}

/**
 * @param {EngineState} state
 * @param {readonly ContainersDelta[]} deltas
 * @returns {Step}
 */
function missed(state, deltas) {
  return { state: queued({ ...state, awaiting: true }, deltas), outcome: "resync" };
}

/**
 * @param {EngineState} state
 * @param {readonly ContainersDelta[]} deltas
 * @returns {EngineState}
 */
function queued(state, deltas) {
  return { ...state, waiting: [...state.waiting, ...deltas].slice(-WAITING_MAX) };
}

/**
 * What did not change keeps its object, each container and all of them together, so that views can
 * compare by identity; over plain HTTP every row would otherwise be drawn again at every look.
 * @param {ReadonlyMap<string, Container>} known
 * @param {ReadonlyMap<string, Container>} fresh
 */
function keptAll(known, fresh) {
  const containers = new Map([...fresh].map(([id, container]) => [id, kept(known, container)]));
  const before = [...known.values()];
  const after = [...containers.values()];
  const same = before.length === after.length && after.every((container, index) => container === before[index]);
  return same ? known : containers;
}

/**
 * @param {ReadonlyMap<string, Container>} known
 * @param {Container} container
 */
function kept(known, container) {
  const before = known.get(container.id);
  return before && JSON.stringify(before) === JSON.stringify(container) ? before : container;
}

/**
 * @param {unknown} summary
 * @param {Summary} before
 * @returns {Summary}
 */
function summaryOf(summary, before) {
  return isRecord(summary) ? summary : before;
}

/**
 * @param {number | null} a
 * @param {number | null} b
 */
function latest(a, b) {
  if (a === null || b === null) return a ?? b;
  return Math.max(a, b);
}
