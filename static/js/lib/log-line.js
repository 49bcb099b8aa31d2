/**
 * What a line shows: its text without what a terminal would act on, its colours, its level, and
 * of a JSON object the message first. The page and the search (`workers/log-search.js`) read
 * lines with this same function, so that what was found is where it is shown.
 */

import { parseAnsi } from "./ansi.js";
import { readJson } from "./log-json.js";
import { levelOf } from "./log-level.js";

/**
 * @typedef {object} ShownLine
 * @property {string} text the head, and below it one line for each field
 * @property {number} head where the head ends
 * @property {import("./ansi.js").Span[]} spans
 * @property {import("./log-level.js").Level | null} level
 * @property {number} fields how many are folded away below the head
 */

/**
 * @param {string} line
 * @returns {ShownLine}
 */
export function readLine(line) {
  const json = readJson(line);
  const { text, spans } = parseAnsi(json?.message ?? line);
  const level = json ? json.level : levelOf(text);
  if (!json || json.fields.length === 0) return { text, head: text.length, spans, level, fields: 0 };
  const rest = json.fields.map(([key, value]) => `${plain(key)}: ${plain(value)}`).join("\n");
  return { text: `${text}\n${rest}`, head: text.length, spans, level, fields: json.fields.length };
}

/** @param {string} text of any number of lines */
function plain(text) {
  return text.split("\n").map((line) => parseAnsi(line).text).join("\n");
}
