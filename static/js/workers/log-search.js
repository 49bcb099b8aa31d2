/** Looks through lines beside the page, so that no search can hold it up. Counterpart: `state/log-search.js`. */

import { judged } from "../lib/log-search.js";

/** @typedef {{ticket: number, query: import("../lib/log-search.js").Query, lines: [number, string][]}} Task */

addEventListener("message", ({ data }) => {
  const { ticket, query, lines } = /** @type {Task} */ (data);
  postMessage({ ticket, verdicts: judged(lines, query) });
});
postMessage("ready");
