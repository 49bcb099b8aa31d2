/**
 * What a container's fields mean to a reader: a shape, a tone and words.
 * The shape carries the state for whoever does not see colours.
 */

import { DASH, duration } from "./format.js";
import { t, tn, tryT } from "./i18n.js";

/**
 * @typedef {import("../client/types.js").Container} Container
 * @typedef {"ok" | "warn" | "bad" | "pause" | "quiet"} Tone
 * @typedef {"running" | "unhealthy" | "restarting" | "paused" | "created" | "failed" | "finished" | "removing" | "unconfirmed"} Shape
 * @typedef {{shape: Shape, tone: Tone, word: string}} Mark
 */

/** What `docker stop` and Ctrl-C leave behind: somebody asked for it. */
const ASKED_TO_END = new Set([0, 130, 143]);
/** What the kernel's killer leaves behind, too. */
const KILLED = 137;

/** @param {Container} container */
export function hasFailed({ state, exit_code, oom_killed }) {
  if (state === "dead") return true;
  return state === "exited" && (oom_killed === true || (exit_code != null && !ASKED_TO_END.has(exit_code)));
}

/** Whether there are processes that use anything. @param {Container} container */
export function isAlive({ state }) {
  return state === "running" || state === "paused";
}

/** @param {Container} container */
export function isUnhealthy(container) {
  return container.health === "unhealthy" && isAlive(container);
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
  if (oom_killed && exit_code === KILLED) return t("exit.code_and_word", { code: exit_code, word: t("exit.oom_killed") });
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
 * What is noteworthy about its state, without the time.
 *
 * @param {Container} container
 */
export function detailWords(container) {
  const { state, exit_code, finished_at, restarts } = container;
  if (isAlive(container)) return healthWord(container);
  if (state !== "exited" && state !== "restarting" && state !== "dead") return "";
  if (exit_code == null && finished_at == null) return container.status;
  const often = state === "restarting" && restarts ? tn("state.restarts", restarts) : "";
  return joined(exitWords(container), often);
}

/**
 * How long it has been so. Made here from the times, because the server's `status` does not age by
 * itself.
 *
 * @param {Container} container
 * @param {number} now Unix seconds, by the server's clock
 */
export function ageWords(container, now) {
  const then = turnedAt(container);
  if (then == null) return DASH;
  return isAlive(container) ? duration(now - then) : ago(then, now);
}

/** @param {Container} container @returns {number | null} since when it has been as it is */
export function turnedAt(container) {
  const { started_at, finished_at, created } = container;
  return isAlive(container) ? started_at : (finished_at ?? (container.state === "created" ? created : null));
}

/**
 * The line beside the state where there is one: detail and age together.
 *
 * @param {Container} container
 * @param {number} now
 */
export function sinceWords(container, now) {
  const then = turnedAt(container);
  if (isAlive(container)) return then == null ? container.status : joined(ageWords(container, now), detailWords(container));
  const [what, when] = [detailWords(container), then == null ? "" : ageWords(container, now)];
  // Which of the two comes first is the language's business.
  return what && when ? t("status.ended", { what, when }) : what || when || container.status;
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
