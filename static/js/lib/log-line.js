/**
 * What a line shows: its text without what a terminal would act on, its colours, its level, and
 * of a JSON object the message first. The page and the search (`workers/log-search.js`) read
 * lines with this same function, so that what was found is where it is shown.
 */

import { REDRAWN, parseAnsi } from "./ansi.js";
import { readJson } from "./log-json.js";
import { levelOf } from "./log-level.js";

/**
 * @typedef {object} ShownLine
 * @property {string} text the head, and below it one line for each field
 * @property {number} head where the head ends
 * @property {number} full how many characters the head has, with those that were not looked at
 * @property {import("./ansi.js").Span[]} spans
 * @property {import("./log-level.js").Level | null} level
 * @property {number} fields how many are folded away below the head
 */

/** Of a line with colours, this many characters are read for each one wanted. */
const CHARS_FOR_ONE = 4;

/**
 * @param {string} line
 * @param {number} [wanted] more of its characters than this are not going to be shown
 * @returns {ShownLine}
 */
export function readLine(line, wanted = Infinity) {
  const json = readJson(line);
  const begun = json ? null : beginningOf(line, wanted);
  const { text, spans } = begun ?? parseAnsi(json?.message ?? line);
  const said = text.startsWith(REDRAWN) ? text.slice(1) : text;
  const level = json?.level ?? (json && json.message === null ? null : levelOf(said));
  const head = text.length;
  const full = begun ? line.length : head;
  if (!json || json.fields.length === 0) return { text, head, full, spans, level, fields: 0 };
  const rest = json.fields.map(([key, value]) => `${plain(key)}: ${plain(value)}`).join("\n");
  return { text: `${text}\n${rest}`, head, full, spans, level, fields: json.fields.length };
}

/**
 * Null where the line is short, or its beginning does not tell what is shown of it.
 *
 * @param {string} line
 * @param {number} wanted
 */
function beginningOf(line, wanted) {
  if (line.length <= wanted * CHARS_FOR_ONE || line.includes("\r")) return null;
  const begun = parseAnsi(line.slice(0, wanted * CHARS_FOR_ONE));
  return begun.text.length > wanted ? begun : null;
}

/** @param {string} text of any number of lines */
function plain(text) {
  return text.split("\n").map((line) => parseAnsi(line).text).join("\n");
}
