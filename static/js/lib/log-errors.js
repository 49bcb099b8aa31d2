/** What it means for a log that is followed when a reading of it fails. Counterpart: `state/tail.js`. */

/** The way to the server, or from there to an engine; it comes back. */
const LOSSES = new Set(["connection.lost", "engine.timed_out", "engine.unavailable"]);
/** What the engine says of a log it has given until now, while the container is being removed. */
const GOING = new Set(["container.conflict", "container.not_found"]);

/**
 * Anything without a code of the server's own is the way to it, and passes.
 *
 * @param {unknown} error
 */
export function isLoss(error) {
  const code = codeOf(error);
  return code === "" || LOSSES.has(code);
}

/** @param {unknown} error */
export function isGoing(error) {
  return GOING.has(codeOf(error));
}

/** @param {unknown} error */
export function isTooOften(error) {
  return codeOf(error) === "request.rate_limited";
}

/** @param {unknown} error */
function codeOf(error) {
  const { code } = /** @type {{code?: unknown}} */ (error ?? {});
  return typeof code === "string" ? code : "";
}
