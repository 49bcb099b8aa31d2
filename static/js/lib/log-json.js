/** A line that is a JSON object, taken apart: its message, how serious it is, and the rest. */

import { levelNamed } from "./log-level.js";

/**
 * @typedef {object} JsonLine
 * @property {string | null} message null where no field is one
 * @property {import("./log-level.js").Level | null} level
 * @property {[string, string][]} fields everything else, and the message where it has more than one line
 */

const MESSAGE_FIELDS = ["message", "msg", "@m", "@mt", "text", "event"];
/** Where a number may be that JavaScript would change. */
const LONG_NUMBER = /[\d.]{16}|\de[+-]?\d{3}/i;
const STRINGS = /"[^"\\]*(?:\\.[^"\\]*)*"/g;
const NUMBERS = /\d[\d.]*(?:e[+-]?\d+)?/gi;
const LEVEL_FIELDS = ["level", "severity", "lvl", "log.level", "loglevel", "levelname", "@l"];

/**
 * @param {string} text
 * @returns {JsonLine | null}
 */
export function readJson(text) {
  const fields = fieldsOf(text);
  if (!fields) return null;
  const at = MESSAGE_FIELDS.map((name) => fields.findIndex(({ key }) => key === name)).find((found) => found >= 0);
  const message = at === undefined ? null : fields[at].words;
  const isOneLine = message !== null && !message.includes("\n");
  return {
    message: message === null ? null : message.split("\n", 1)[0],
    level: levelIn(fields),
    fields: fields.filter((_, index) => !(isOneLine && index === at)).map(({ key, words }) => [key, words]),
  };
}

/** @typedef {{key: string, value: unknown, words: string}} Field */

/**
 * @param {string} text
 * @returns {Field[] | null}
 */
function fieldsOf(text) {
  // Looked at first: most lines are no JSON, and an error that is thrown is slow.
  if (!/^\s{0,8}\{/.test(text) || !/\}\s{0,8}$/.test(text)) return null;
  try {
    if (LONG_NUMBER.test(text) && !areNumbersKept(text)) return null;
    return Object.entries(JSON.parse(text)).map(([key, value]) => ({ key, value, words: written(value) }));
  } catch {
    // No JSON, or nested more deeply than can be written.
    return null;
  }
}

/** @param {string} text */
function areNumbersKept(text) {
  const numbers = text.replace(STRINGS, "").match(NUMBERS) ?? [];
  return numbers.every((one) => String(Number(one)) === one || !LONG_NUMBER.test(one));
}

/** @param {Field[]} fields */
function levelIn(fields) {
  for (const name of LEVEL_FIELDS) {
    const found = fields.find(({ key }) => key === name);
    const level = found ? levelNamed(found.value) : null;
    if (level) return level;
  }
  // The Elastic way: {"log": {"level": "info"}}.
  const log = fields.find(({ key }) => key === "log")?.value;
  return levelNamed(/** @type {{level?: unknown} | null | undefined} */ (log)?.level);
}

/** @param {unknown} value */
function written(value) {
  return typeof value === "string" ? value : JSON.stringify(value);
}
