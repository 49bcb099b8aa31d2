/**
 * What the summary counts, and the worst of it. Each count is made by the same
 * filter word that pressing it applies: the figure and the rows cannot disagree.
 */

import { parseFilter } from "./filter.js";

/**
 * @typedef {import("../client/types.js").Container} Container
 * @typedef {{kind: string, word: string, count: number}} Count
 * @typedef {{level: "ok" | "warn" | "bad", kind: string, count: number}} Worst
 */

/** In the order of the line; `always` ones show even a zero. */
const KINDS = [
  { kind: "running", word: "state:running", always: true },
  { kind: "unhealthy", word: "is:unhealthy" },
  { kind: "restarting", word: "state:restarting" },
  { kind: "oom", word: "is:oom" },
  { kind: "failed", word: "is:failed" },
  { kind: "paused", word: "state:paused" },
  { kind: "exited", word: "state:exited" },
  { kind: "created", word: "state:created" },
].map((entry) => ({ ...entry, test: parseFilter(entry.word) }));

/**
 * @param {readonly Container[]} containers
 * @returns {Count[]}
 */
export function counts(containers) {
  return KINDS.map(({ kind, word, test, always }) => ({
    kind,
    word,
    count: containers.filter(test).length,
    always,
  })).filter(({ count, always }) => always || count > 0);
}

/**
 * What the title and the favicon tell. A container that ended badly an hour ago
 * is history and stays in the summary; this is about now.
 *
 * @param {readonly Container[]} containers
 * @param {readonly {state: string, stale: boolean}[]} engines
 * @param {boolean} live whether the page itself is being told
 * @returns {Worst}
 */
export function worst(containers, engines, live) {
  const down = engines.filter((engine) => engine.state === "down").length;
  const unhealthy = countOf(containers, "unhealthy");
  const stale = engines.filter(isSilent).length;
  const restarting = countOf(containers, "restarting");
  if (!live) return { level: "warn", kind: "offline", count: 1 };
  if (down) return { level: "bad", kind: "engines_down", count: down };
  if (unhealthy) return { level: "bad", kind: "unhealthy", count: unhealthy };
  if (stale) return { level: "warn", kind: "engines_stale", count: stale };
  if (restarting) return { level: "warn", kind: "restarting", count: restarting };
  return { level: "ok", kind: "none", count: 0 };
}

/**
 * Whether dockmon says that it does not answer, or dockmon has been silent about it for too long.
 *
 * @param {{state: string, stale: boolean}} engine
 */
export function isSilent({ state, stale }) {
  return stale && state !== "down" && state !== "connecting";
}

/** @param {readonly Container[]} containers @param {string} kind */
function countOf(containers, kind) {
  const entry = KINDS.find((candidate) => candidate.kind === kind);
  return entry ? containers.filter(entry.test).length : 0;
}
