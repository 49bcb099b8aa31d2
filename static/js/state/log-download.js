/** Addresses under which the server hands a log out as a file. Counterpart: `dockmon/api/logs.py`. */

import { logPath } from "../client/logs.js";
import { asked } from "./log-refs.js";
import { baseUrl } from "./page.js";

/** A time went through a binary fraction; a line at the edge is rather in than out. */
const ROUNDING_SECONDS = 0.000002;

/**
 * @param {import("./live.js").Ref[]} refs
 * @param {{from: number, to: number}} [span] Unix seconds, both included; without it, the whole log
 */
export function downloadHref(refs, span) {
  const limits = span && {
    since: Math.max(0, span.from - ROUNDING_SECONDS).toFixed(6),
    until: (span.to + ROUNDING_SECONDS).toFixed(6),
  };
  return `${baseUrl}api/v1/${logPath(asked(refs), { tail: "all", timestamps: true, download: true, ...limits })}`;
}
