/** Log lines as plain text, for the clipboard. */

import { parseAnsi } from "./ansi.js";
import { fullTime } from "./log-time.js";

/**
 * @param {readonly {container: string, timestamp: number, text: string}[]} lines
 * @param {{isTimed: boolean, nameOf: ((container: string) => string) | null}} options
 */
export function asText(lines, { isTimed, nameOf }) {
  const written = lines.map(({ container, timestamp, text }) => {
    const parts = [nameOf?.(container), isTimed ? fullTime(timestamp) : "", parseAnsi(text).text];
    return parts.filter(Boolean).join(" ");
  });
  return written.map((line) => `${line}\n`).join("");
}
