/**
 * What a container's fields mean to a reader: a shape, a tone and words.
 * The shape carries the state for whoever does not see colours.
 */

import { duration } from "./format.js";
import { t, tryT } from "./i18n.js";

/**
 * @typedef {import("../client/types.js").Container} Container
 * @typedef {"ok" | "warn" | "bad" | "pause" | "quiet"} Tone
 * @typedef {"running" | "unhealthy" | "restarting" | "paused" | "created" | "failed" | "finished" | "removing" | "unconfirmed"} Shape
 * @typedef {{shape: Shape, tone: Tone, word: string}} Mark
 */

/** What `docker stop` and Ctrl-C leave behind: somebody asked for it. */
const ASKED_TO_END = new Set([0, 130, 143]);

/** @param {Container} container */
export function hasFailed({ state, exit_code, oom_killed }) {
  if (state === "dead") return true;
  return state === "exited" && (oom_killed === true || (exit_code != null && !ASKED_TO_END.has(exit_code)));
}

/** @param {Container} container */
export function isUnhealthy({ state, health }) {
  return health === "unhealthy" && (state === "running" || state === "paused");
}

/**
 * @param {Container} container
 * @returns {Mark}
 */
export function stateMark(container) {
  if (isUnhealthy(container) && container.state === "running") {
    return { shape: "unhealthy", tone: "bad", word: t("health.unhealthy") };
  }
  const { shape, tone } = shapeOf(container);
  return { shape, tone, word: tryT(`state.${container.state}`) ?? container.state };
}

/**
 * @param {Container} container
 * @returns {{shape: Shape, tone: Tone}}
 */
function shapeOf(container) {
  switch (container.state) {
    case "running":
      return { shape: "running", tone: "ok" };
    case "paused":
      return { shape: "paused", tone: "pause" };
    case "restarting":
      return { shape: "restarting", tone: "warn" };
    case "removing":
      return { shape: "removing", tone: "quiet" };
    case "exited":
    case "dead":
      return hasFailed(container) ? { shape: "failed", tone: "bad" } : { shape: "finished", tone: "quiet" };
    default:
      return { shape: "created", tone: "quiet" };
  }
}

/**
 * Why it ended, without the time: "137: killed, out of memory".
 *
 * @param {Container} container
 */
export function exitWords({ exit_code, oom_killed }) {
  if (exit_code == null) return oom_killed ? t("exit.oom") : "";
  const word = exitWord(exit_code);
  const reason = oom_killed ? [word, t("exit.oom")].filter(Boolean).join(", ") : word;
  return reason ? t("exit.code_and_word", { code: exit_code, word: reason }) : t("exit.code", { code: exit_code });
}

/** @param {number} code */
function exitWord(code) {
  const known = tryT(`exit.${code}`);
  if (known != null) return known;
  return code > 128 && code < 160 ? t("exit.signal", { signal: code - 128 }) : "";
}

/**
 * The line beside the state: how long, and what is noteworthy about it. Made
 * here from the times, because the server's `status` does not age by itself.
 *
 * @param {Container} container
 * @param {number} now Unix seconds, by the server's clock
 */
export function sinceWords(container, now) {
  const { state, started_at, finished_at, created } = container;
  if (state === "running" || state === "paused") {
    return started_at == null ? container.status : joined(duration(now - started_at), healthWord(container));
  }
  if (state === "exited" || state === "restarting" || state === "dead") {
    if (container.exit_code == null && finished_at == null) return container.status;
    return joined(exitWords(container), finished_at == null ? "" : ago(finished_at, now));
  }
  return state === "created" && created ? ago(created, now) : container.status;
}

/** @param {Container} container */
function healthWord({ state, health }) {
  // Unhealthy and running is the state's own word already; said twice it is noise.
  if (!health || (health === "unhealthy" && state === "running")) return "";
  return tryT(`health.${health}`) ?? health;
}

/** @param {number} then @param {number} now */
function ago(then, now) {
  return t("duration.ago", { duration: duration(now - then) });
}

/** @param {string[]} parts */
function joined(...parts) {
  return parts.filter(Boolean).join(" · ");
}
