/**
 * A small fleet that numbers its changes as the server does; no network.
 * Counterpart: domain/snapshot.py; support/peer.js puts it on the wire.
 */

/** A generator with a seed: a failing run can be repeated. */
export function randomFrom(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export function containerOf(engine, number, fields = {}) {
  const id = number.toString(16).padStart(64, "0");
  return { engine, id, name: `c${number}`, image: "busybox", state: "running", status: "Up", health: null, ...fields };
}

export class FleetEngine {
  containers = new Map();
  seq = 0;
  state = "up";
  reason = null;
  confirmed_at = Date.now() / 1000;

  constructor(engine, epoch = "e1") {
    this.engine = engine;
    this.epoch = epoch;
  }

  get summary() {
    const all = [...this.containers.values()];
    const count = (word) => all.filter(({ state }) => state === word).length;
    return { total: all.length, running: count("running"), exited: count("exited") };
  }

  head() {
    const { engine, epoch, seq, state, reason, confirmed_at } = this;
    return { engine, epoch, seq, state, reason, confirmed_at };
  }

  snapshot() {
    const data = [...this.containers.values()];
    return { ...this.head(), data, summary: this.summary, timestamp: Date.now() / 1000 };
  }

  /** @returns the delta that tells of it */
  change(changed, removed = []) {
    for (const id of removed) this.containers.delete(id);
    for (const container of changed) this.containers.set(container.id, container);
    this.seq += 1;
    const { engine, epoch, seq, summary } = this;
    return { engine, epoch, seq_from: seq, seq_to: seq, changed, removed, summary, timestamp: Date.now() / 1000 };
  }
}
