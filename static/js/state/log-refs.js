/** Containers whose logs are read: what they are called, how they are asked for, what is kept of a line. */

/**
 * @typedef {import("./live.js").Ref} Ref
 * @typedef {import("../client/types.js").LogLine} LogLine
 * @typedef {{container: string, stream: "stdout" | "stderr", timestamp: number, text: string}} Line
 *   container: of `keyOf`
 */

/** As many as the server merges. Counterpart: `MAX_CONTAINERS` in `dockmon/schemas/logs.py`. */
export const MEMBERS_MOST = 50;
const TAIL_LINES = 500;
/** Of each, when several are merged: enough to fill a screen, and not fifty times too much. */
const TAIL_LINES_LEAST = 50;

/** @param {Ref} ref */
export function keyOf({ engine, id }) {
  return `${engine}/${id}`;
}

/** How many lines of each are asked for at once. @param {number} logs */
export function tailFor(logs) {
  return Math.max(TAIL_LINES_LEAST, Math.floor(TAIL_LINES / Math.sqrt(logs)));
}

/** One has an address of its own. @param {Ref[]} members */
export function asked(members) {
  return members.length === 1 ? members[0] : members;
}

/**
 * With one text for all lines of a container instead of one for each; known only as long as these are read.
 *
 * @param {Ref[]} members
 * @returns {(line: LogLine) => Line} what is kept of a line of theirs
 */
export function keeper(members) {
  const keys = new Map(members.map((ref) => [keyOf(ref), keyOf(ref)]));
  return ({ engine, container, stream, timestamp, text }) => {
    const key = keyOf({ engine, id: container });
    return { container: keys.get(key) ?? key, stream, timestamp, text };
  };
}

/**
 * What can be followed, by name: each container, and each time one was started.
 *
 * @param {import("./live.js").Container[]} members
 */
export function livesOf(members) {
  return members.flatMap((one) => [keyOf(one), ...(isRunning(one) ? [`${keyOf(one)} ${one.started_at}`] : [])]);
}

/**
 * As many as can be merged, those that still write first.
 *
 * @param {import("./live.js").Container[]} members
 */
export function readable(members) {
  const silent = members.filter((one) => !isRunning(one));
  return [...members.filter(isRunning), ...silent].slice(0, MEMBERS_MOST);
}

/** @param {import("./live.js").Container} container */
export function isRunning({ state }) {
  return state === "running" || state === "paused" || state === "restarting";
}
