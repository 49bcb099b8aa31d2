/**
 * What can come of an action, and how it is told of many containers at once.
 * Counterparts: `state/activity.js` and `state/bulk.js`, which make it happen.
 */

import { errorWords } from "./errors.js";
import { t, tn } from "./i18n.js";

/**
 * @typedef {import("../client/types.js").Container} Container
 * @typedef {import("../client/types.js").ActionResult} ActionResult
 * @typedef {import("./rules.js").Action} Action
 * @typedef {"waiting" | "pending" | "done" | "refused" | "unknown" | "gone" | "itself" | "unsent"} Kind
 *   `gone`: it was removed meanwhile; `itself`: dockmon runs in it; `unsent`: given up before it was asked
 * @typedef {{kind: Kind, error?: unknown}} Result
 * @typedef {{name: string, result: Result}} Told
 */

const MOST_NAMES = 5;

/**
 * @param {ActionResult} result
 * @returns {Result}
 */
export function resultOf(result) {
  if (result.ok) return { kind: "done" };
  if (result.outcome === "unknown") return { kind: "unknown" };
  const { code, params } = result.error;
  if (params?.reason === "dockmon_itself") return { kind: "itself", error: result.error };
  return { kind: code === "container.not_found" ? "gone" : "refused", error: result.error };
}

/**
 * What a later look at the container says of an action that nobody answered; null while it says nothing.
 *
 * @param {Action} action
 * @param {Container} before as it was when it was asked
 * @param {Container | undefined} now undefined when its engine no longer has it
 * @returns {Result | null}
 */
export function laterResult(action, before, now) {
  if (!now) return { kind: action === "remove" ? "done" : "gone" };
  return isSo(action, before, now) ? { kind: "done" } : null;
}

/** @param {Action} action @param {Container} before @param {Container} now */
function isSo(action, before, now) {
  const { state } = now;
  if (action === "start" || action === "unpause") return state === "running";
  if (action === "stop" || action === "kill") return state === "exited" || state === "dead";
  if (action === "pause") return state === "paused";
  const startedAgain = (now.started_at ?? 0) > (before.started_at ?? Infinity);
  return action === "restart" && state === "running" && startedAgain;
}

/** @param {readonly Result[]} results */
export function settledCount(results) {
  return results.filter(({ kind }) => kind !== "waiting" && kind !== "pending").length;
}

/**
 * One line for each kind of outcome, the good first.
 *
 * @param {Action} action
 * @param {readonly Told[]} told of an action that is over
 * @returns {{kind: Kind, words: string}[]}
 */
export function summaryLines(action, told) {
  /** @type {(kind: Kind, words: (count: number, params: {names: string}) => string) => {kind: Kind, words: string}[]} */
  const line = (kind, words) => {
    const names = told.filter(({ result }) => result.kind === kind).map(({ name }) => name);
    return names.length > 0 ? [{ kind, words: words(names.length, { names: nameList(names) }) }] : [];
  };
  return [
    ...line("done", (count) => tn(`bulk.done.${action}`, count)),
    ...refusals(told),
    ...line("unknown", (count, params) => tn(`bulk.unknown.${action}`, count, params)),
    ...line("gone", (count, params) => tn("bulk.gone", count, params)),
    ...line("itself", (_count, params) => t("bulk.itself", params)),
    ...line("unsent", (count, params) => tn("bulk.unsent", count, params)),
  ];
}

/**
 * What was refused for the same reason is told once.
 *
 * @param {readonly Told[]} told
 */
function refusals(told) {
  /** @type {Map<string, string[]>} */
  const byReason = new Map();
  for (const { name, result } of told) {
    if (result.kind !== "refused") continue;
    const why = reasonWords(result.error);
    byReason.set(why, [...(byReason.get(why) ?? []), name]);
  }
  return [...byReason].map(([why, list]) => ({
    kind: /** @type {Kind} */ ("refused"),
    words: tn("bulk.refused", list.length, { names: nameList(list), why }),
  }));
}

/**
 * Without the engine's own sentence where ours says it: that has an id in it, and would be another for
 * each. Beside the row it stands whole.
 *
 * @param {unknown} error
 */
function reasonWords(error) {
  const { code, params } = /** @type {import("./errors.js").CodedError} */ (error);
  return errorWords(code === "container.conflict" ? { code, params: { ...params, message: "" } } : error);
}

/**
 * “web, db and 14 more”: what is hit has a name, and a hundred names are none.
 *
 * @param {readonly string[]} names
 * @param {number} [most]
 */
export function nameList(names, most = MOST_NAMES) {
  // "and 1 more" takes the room of the name itself.
  if (names.length <= most + 1) return names.join(", ");
  return t("bulk.names", { names: names.slice(0, most).join(", "), count: names.length - most });
}
