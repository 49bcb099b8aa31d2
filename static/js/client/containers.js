/**
 * The containers of all engines, live: state in, actions out.
 * Counterpart: the namespace `/containers` (realtime/containers); apply.js holds the law.
 *
 * @import { ActionName, ActionOptions, ActionResult, Container, ContainerDetails, ContainerRef, EngineView,
 *   InspectOptions, LiveOptions, LogLine, LogOptions, ProcessTable, Summary } from "./types.js"
 * @import { EngineState, Outcome, Step } from "./apply.js"
 */

import { performUntil } from "./actions.js";
import { applyDelta, applyEngineEvent, applySnapshot, awaitSnapshot, unknownEngine } from "./apply.js";
import { restFor } from "./connection.js";
import { readDetails, readProcesses } from "./details.js";
import { LostError } from "./errors.js";
import { Live } from "./live.js";
import { readLogs } from "./logs.js";
import { newRequestId } from "./request_id.js";
import { Resyncs } from "./resync.js";
import { enginesOf, isDelta, isEngineEvent, isSnapshot } from "./shapes.js";
import { nextTurn, viewOf } from "./staleness.js";

const LOOK_AGAIN_MS = 60_000;

/** Beside `change`, `status` and `error`: `ack` with a ContainerAck in `detail`. */
export class RealtimeContainers extends Live {
  /** @type {Map<string, EngineState>} in the server's order */
  #engines = new Map();
  /** @type {Container[] | null} */
  #flat = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #stale_timer;
  #rest;
  #resyncs = new Resyncs(
    (engine) => this.#ask("resync", { engine }),
    (snapshot) => isSnapshot(snapshot) && this.#show(this.#store(applySnapshot(this.#state(snapshot), snapshot))),
  );

  /** @param {LiveOptions} [options] */
  constructor(options = {}) {
    super("/containers", options, wantedOf(options));
    this.#rest = restFor(options);
  }

  /** @returns {readonly Container[]} the same array until something changes */
  get containers() {
    this.#flat ??= [...this.#engines.values()].flatMap((engine) => [...engine.containers.values()]);
    return this.#flat;
  }

  /** @returns {Summary} over all engines */
  get summary() {
    /** @type {Summary} */
    const sum = {};
    for (const { summary } of this.#engines.values()) {
      for (const [word, count] of Object.entries(summary)) sum[word] = (sum[word] ?? 0) + (Number(count) || 0);
    }
    return sum;
  }

  /** @returns {EngineView[]} computed at the moment of asking, because age is */
  get engines() {
    const now_s = this.#now();
    return [...this.#engines.values()].map((state) => viewOf(state, now_s, this.outside.timings.stale_after_ms));
  }

  /** @param {{ engines?: string[] }} wanted the whole wanted set; without `engines` all of them */
  subscribe(wanted) {
    this.want(wantedOf(wanted));
  }

  /**
   * Never rejects for what the server or the network did; see ActionResult.
   * @param {ContainerRef} container
   * @param {ActionName} action
   * @param {ActionOptions} [options]
   * @returns {Promise<ActionResult>}
   */
  performAction(container, action, options = {}) {
    const { deadline_seconds, request_id = newRequestId(), ...parameters } = options;
    const deadline_s = deadline_seconds ?? (options.timeout_seconds ?? 10) + 20;
    const payload = { engine: container.engine, container: container.id, action, request_id, ...parameters };
    return performUntil(
      {
        served: (ms) => this.link?.served(this.feed, ms) ?? Promise.resolve(false),
        ask: (ms) => this.#ask("container-action", payload, ms),
        epoch: () => this.#engines.get(container.engine)?.epoch ?? null,
        now: this.outside.now,
      },
      request_id,
      deadline_s * 1000,
    );
  }

  /**
   * `for await (const line of live.getLogs(container, { tail: 200, follow: true, signal }))`
   * @param {ContainerRef | ContainerRef[]} container several are merged by time
   * @param {LogOptions} [options]
   * @returns {AsyncGenerator<LogLine, void, void>}
   */
  getLogs(container, options) {
    return readLogs(this.#rest, container, options);
  }

  /**
   * The engine's own description, secrets masked.
   * @param {ContainerRef} container
   * @param {InspectOptions} [options]
   * @returns {Promise<ContainerDetails>}
   */
  inspect(container, options) {
    return readDetails(this.#rest, container, options);
  }

  /**
   * The processes of a container that runs.
   * @param {ContainerRef} container
   * @param {{ signal?: AbortSignal }} [options]
   * @returns {Promise<ProcessTable>}
   */
  top(container, options) {
    return readProcesses(this.#rest, container, options);
  }

  /**
   * @override @protected
   * @param {unknown} data
   */
  onAnswer(data) {
    this.#resyncs.clear();
    const snapshots = enginesOf(data).filter(isSnapshot);
    const known = this.#engines;
    // Rebuilt in the order of the answer; an engine it leaves out is none of ours any more.
    this.#engines = new Map(snapshots.map(({ engine }) => [engine, known.get(engine) ?? unknownEngine(engine)]));
    if (String([...known.keys()]) !== String([...this.#engines.keys()])) this.#flat = null;
    for (const snapshot of snapshots) {
      if (this.#store(applySnapshot(this.#state(snapshot), snapshot)) === "resync") this.#resyncs.need(snapshot.engine);
    }
    this.#watchAge();
  }

  /**
   * @override @protected
   * @param {string} name
   * @param {unknown} payload
   */
  onEvent(name, payload) {
    if (name === "containers-delta" && isDelta(payload)) {
      if (!this.#show(this.#store(applyDelta(this.#state(payload), payload)))) this.#resyncs.need(payload.engine);
    } else if (name === "containers" && isSnapshot(payload)) {
      if (!this.#show(this.#store(applySnapshot(this.#state(payload), payload)))) this.#resyncs.need(payload.engine);
    } else if (name === "engine" && isEngineEvent(payload)) {
      this.#show(this.#store({ state: applyEngineEvent(this.#state(payload), payload), outcome: "applied" }));
    } else if (name === "container-ack") {
      this.dispatchEvent(new CustomEvent("ack", { detail: payload }));
    }
  }

  /** @override @protected */
  onLost() {
    this.#resyncs.clear();
    for (const [name, state] of this.#engines) this.#engines.set(name, awaitSnapshot(state));
    if (this.link) this.#watchAge();
    else clearTimeout(this.#stale_timer);
  }

  /** @param {{ engine: string }} message */
  #state({ engine }) {
    return this.#engines.get(engine) ?? unknownEngine(engine);
  }

  /** @param {Step} step */
  #store({ state, outcome }) {
    if (this.#engines.get(state.engine)?.containers !== state.containers) this.#flat = null;
    this.#engines.set(state.engine, state);
    return outcome;
  }

  /**
   * @param {Outcome} outcome
   * @returns {boolean} false: something was missed
   */
  #show(outcome) {
    if (outcome === "applied") {
      this.#watchAge();
      this.changed();
    }
    return outcome !== "resync";
  }

  /** Sets the timer for the moment at which silence alone makes an engine stale. */
  #watchAge() {
    clearTimeout(this.#stale_timer);
    const turn_s = nextTurn(this.#engines.values(), this.#now(), this.outside.timings.stale_after_ms);
    if (turn_s === null || !this.link) return;
    const turn = () => {
      this.#watchAge();
      this.changed();
    };
    // Bounded: a confirmation far in the future would overflow the timer, which then never rests.
    this.#stale_timer = setTimeout(turn, Math.min(turn_s * 1000, LOOK_AGAIN_MS));
  }

  #now() {
    return this.link?.clock.now() ?? this.outside.now() / 1000;
  }

  /**
   * @param {string} event
   * @param {Record<string, unknown>} payload
   * @param {number} [ms]
   */
  #ask(event, payload, ms = this.outside.timings.answer_ms) {
    if (!this.link) return Promise.reject(new LostError("disconnected"));
    return this.link.ask(this.feed, event, payload, ms);
  }
}

/**
 * @param {{ engines?: string[] }} options
 * @returns {Record<string, unknown>}
 */
function wantedOf({ engines }) {
  return engines ? { mode: "delta", engines } : { mode: "delta" };
}
