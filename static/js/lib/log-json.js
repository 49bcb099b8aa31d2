/** A line that is a JSON object, taken apart: its message, how serious it is, and the rest. */

import { levelNamed } from "./log-level.js";

/**
 * @typedef {object} JsonLine
 * @property {string | null} message null where no field is one
 * @property {import("./log-level.js").Level | null} level
 * @property {[string, string][]} fields everything else, and the message where it has more than one line
 */

const MESSAGES = ["message", "msg", "@m", "@mt", "text", "event"];
const LEVELS = ["level", "severity", "lvl", "log.level", "loglevel", "levelname", "@l"];

/**
 * @param {string} text
 * @returns {JsonLine | null}
 */
export function readJson(text) {
  const fields = fieldsOf(text);
  if (!fields) return null;
  const at = MESSAGES.map((name) => fields.findIndex(([key]) => key === name)).find((found) => found >= 0);
  const message = at === undefined ? null : written(fields[at][1]);
  const isOneLine = message !== null && !message.includes("\n");
  return {
    message: message === null ? null : message.split("\n", 1)[0],
    level: levelIn(fields),
    fields: fields.filter((_, index) => !(isOneLine && index === at)).map(([key, value]) => [key, written(value)]),
  };
}

/**
 * @param {string} text
 * @returns {[string, unknown][] | null}
 */
function fieldsOf(text) {
  // Looked at first: most lines are no JSON, and an error that is thrown is slow.
  if (!/^\s{0,8}\{/.test(text) || !/\}\s{0,8}$/.test(text)) return null;
  try {
    return Object.entries(JSON.parse(text));
  } catch {
    return null;
  }
}

/** @param {[string, unknown][]} fields */
function levelIn(fields) {
  for (const name of LEVELS) {
    const found = fields.find(([key]) => key === name);
    const level = found ? levelNamed(found[1]) : null;
    if (level) return level;
  }
  // The Elastic way: {"log": {"level": "info"}}.
  const log = fields.find(([key]) => key === "log")?.[1];
  return levelNamed(/** @type {{level?: unknown} | null | undefined} */ (log)?.level);
}

/** @param {unknown} value */
function written(value) {
  return typeof value === "string" ? value : JSON.stringify(value);
}
