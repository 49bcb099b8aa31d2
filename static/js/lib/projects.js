/** Containers by compose project, and how a project as a whole is doing. Counterpart: `views/project-row.js`. */

import { hasFailed, isUnhealthy, stateMark } from "./status.js";

/**
 * @typedef {import("../client/types.js").Container} Container
 * @typedef {ReadonlyMap<string, readonly Container[]>} Projects members by `projectKey`
 * @typedef {{running: number, expected: number, done: number, worst: Container | null, ill: number}} ProjectState
 *   `worst` stands for the mark; `ill` counts those that are as badly off, 0 when nothing is wrong
 */

/** What is restarted by the engine is meant to run for ever; all else may come to its end. */
const FOR_EVER = new Set(["always", "unless-stopped"]);

/** @param {string} engine @param {string} project */
export function projectKey(engine, project) {
  return `p:${engine}/${project}`;
}

/**
 * Members keep the order they come in. A project in which nothing changed keeps its array, so that
 * nothing of it is drawn anew.
 *
 * @param {readonly Container[]} containers
 * @param {Projects} before
 * @returns {Projects}
 */
export function projectsOf(containers, before) {
  /** @type {Map<string, Container[]>} */
  const made = new Map();
  for (const container of containers) {
    if (!container.project) continue;
    const key = projectKey(container.engine, container.project);
    const members = made.get(key);
    if (members) members.push(container);
    else made.set(key, [container]);
  }
  return new Map([...made].map(([key, members]) => [key, keptIfSame(members, before.get(key))]));
}

/**
 * @param {readonly Container[]} members
 * @param {readonly Container[] | undefined} before
 */
function keptIfSame(members, before) {
  const isSame = before?.length === members.length && members.every((member, at) => member === before[at]);
  return isSame && before ? before : members;
}

/**
 * A one-shot that did what it was for neither counts as missing nor makes its project look broken.
 *
 * @param {readonly Container[]} members
 * @returns {ProjectState}
 */
export function projectState(members) {
  const running = members.filter(({ state }) => state === "running").length;
  const done = members.filter(isDone).length;
  const places = members.map(placeOf);
  const place = Math.min(...places);
  const worst = members[places.indexOf(place)] ?? null;
  return {
    running,
    expected: done < members.length ? members.length - done : members.length,
    done: done < members.length ? done : 0,
    worst,
    ill: place < FINE ? places.filter((other) => other === place).length : 0,
  };
}

/** @param {Container} container */
function isDone({ state, exit_code, oom_killed, restart_policy }) {
  return state === "exited" && exit_code === 0 && !oom_killed && !FOR_EVER.has(restart_policy ?? "no");
}

const FINE = 4;

/**
 * The lower the worse. What somebody stopped is no trouble, but it stands behind what runs.
 *
 * @param {Container} container
 */
function placeOf(container) {
  if (isUnhealthy(container)) return 0;
  if (hasFailed(container)) return 1;
  if (container.state === "restarting") return 2;
  if (container.state === "paused") return 3;
  return container.state === "running" ? FINE : FINE + 1;
}

/**
 * @param {ProjectState} state
 * @returns {{shape: string, tone: string}}
 */
export function projectMark({ worst }) {
  if (!worst) return { shape: "created", tone: "quiet" };
  if (isUnhealthy(worst)) return { shape: "unhealthy", tone: "bad" };
  return stateMark(worst);
}
