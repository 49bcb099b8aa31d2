/** What the lines of several logs are told apart by: a name and a colour for each container. */

import { containerOf } from "./live.js";
import { keyOf } from "./log-refs.js";

/** @typedef {{name: string, ink: string}} Label */

/** Of the sixteen colours those that can be told apart and do not mean an error. */
const INKS = [6, 5, 3, 2, 4, 13, 14, 11, 10, 12].map((number) => `var(--ansi-${number})`);

export class LogLabels {
  /** @type {Map<string, Label>} */
  #labels = new Map();
  #made = 0;

  get size() {
    return this.#labels.size;
  }

  /**
   * A container that is gone has left lines, and keeps its label as long as they are there.
   *
   * @param {import("./live.js").Ref[]} refs
   * @param {readonly {container: string}[]} lines
   */
  setMembers(refs, lines) {
    for (const ref of refs) this.of(keyOf(ref));
    const needed = new Set([...refs.map(fullKeyOf), ...lines.map(({ container }) => container)]);
    for (const key of this.#labels.keys()) if (!needed.has(key)) this.#labels.delete(key);
  }

  /** @param {string} container of `keyOf` @returns {Label} */
  of(container) {
    const known = this.#labels.get(container);
    if (known) return known;
    const [engine, id] = container.split("/");
    const found = containerOf({ engine, id });
    const full = found ? keyOf(found) : container;
    const label = this.#labels.get(full) ?? { name: found?.name ?? id.slice(0, 12), ink: INKS[this.#made++ % INKS.length] };
    this.#labels.set(full, label);
    return label;
  }
}

/** @param {import("./live.js").Ref} ref its id may be only the beginning of one */
function fullKeyOf(ref) {
  return keyOf(containerOf(ref) ?? ref);
}
