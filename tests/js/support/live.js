/**
 * What the state of a log hears of the server, as a test says it.
 * Counterpart: static/js/state/live.js, in whose place it stands (log-page.js).
 */

import { signal } from "@preact/signals";

export const containers = signal([]);
export const engines = signal([]);
export const connection = signal({ status: "connected", source: "socket" });
export const heardAt = signal(1000);
export const hearsNothing = signal(false);
export const loading = signal(false);

/** Every request for a log, in the order of asking. */
export const requests = [];

export function containerOf({ engine, id }) {
  return containers.value.find((one) => one.engine === engine && one.id.startsWith(id));
}

/** A log that the test gives line by line. */
class Request {
  #given = [];
  #wake = () => {};

  constructor(refs, options) {
    this.refs = [refs].flat();
    this.options = options;
    options.signal.addEventListener("abort", () => this.end());
  }

  give(...lines) {
    this.#next(...lines.map((line) => () => line));
  }

  end() {
    this.#next(null);
  }

  fail(code) {
    this.#next(() => {
      throw Object.assign(new Error(code), { code });
    });
  }

  #next(...given) {
    this.#given.push(...given);
    this.#wake();
  }

  async *lines() {
    for (;;) {
      while (this.#given.length === 0) await new Promise((resolve) => (this.#wake = resolve));
      const given = this.#given.shift();
      if (!given) return;
      yield given();
    }
  }
}

export async function* getLogs(refs, options) {
  const request = new Request(refs, options);
  requests.push(request);
  options.onState?.("open");
  yield* request.lines();
}
