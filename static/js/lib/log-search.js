/**
 * What a reader looks for in a log. A regular expression may take for ever on one line, and
 * cannot be interrupted: so this runs in a worker that can be ended (`workers/log-search.js`).
 */

import { readLine } from "./log-line.js";
import { LEVELS } from "./log-level.js";

/**
 * @typedef {{pattern: string, withCase: boolean, level: import("./log-level.js").Level | null}} Query
 *   level: at least this serious
 * @typedef {{seq: number, isWanted: boolean, ranges: number[] | null}} Verdict
 *   isWanted: serious enough; ranges: start, end, start, end… in the line's shown text, null for no match
 */

/** More in one line helps nobody, and `.` finds one in every character. */
const MOST_RANGES = 50;

/**
 * @param {string} pattern
 * @param {boolean} withCase
 * @returns {{regex: RegExp, isLiteral: boolean} | null} null where there is nothing to look for
 */
export function compiled(pattern, withCase) {
  if (pattern === "") return null;
  const flags = withCase ? "gm" : "gim";
  try {
    return { regex: new RegExp(pattern, `${flags}u`), isLiteral: false };
  } catch {
    // Without "u" there are fewer things to get wrong.
  }
  try {
    return { regex: new RegExp(pattern, flags), isLiteral: false };
  } catch {
    return { regex: new RegExp(pattern.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&"), flags), isLiteral: true };
  }
}

/**
 * @param {readonly [number, string][]} lines
 * @param {Query} query
 * @returns {Verdict[]}
 */
export function judged(lines, { pattern, withCase, level }) {
  const regex = compiled(pattern, withCase)?.regex;
  const least = level === null ? -1 : LEVELS.indexOf(level);
  return lines.map(([seq, text]) => {
    const line = readLine(text);
    const isWanted = least < 0 || (line.level !== null && LEVELS.indexOf(line.level) >= least);
    return { seq, isWanted, ranges: regex ? rangesIn(line.text, regex) : null };
  });
}

/**
 * @param {string} text
 * @param {RegExp} regex
 */
function rangesIn(text, regex) {
  /** @type {number[]} */
  const ranges = [];
  for (const match of text.matchAll(regex)) {
    if (match[0] === "") continue;
    ranges.push(match.index, match.index + match[0].length);
    if (ranges.length >= 2 * MOST_RANGES) break;
  }
  return ranges.length > 0 ? ranges : null;
}
