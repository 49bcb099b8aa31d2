/** Addresses of the page, both ways: what an address asks for, and the address of a thing. */

/**
 * @typedef {{panel: "logs", engine: string, id: string}} PanelRoute
 * @typedef {{view: "setup", code: string}
 *   | {view: "home", panel: PanelRoute | null, signIn: {username: string, password: string} | null}} Route
 */

/**
 * @param {string} path below the base path
 * @param {string} fragment with its "#"
 * @returns {Route}
 */
export function parseRoute(path, fragment) {
  const inner = fragment.replace(/^#/, "");
  if (path.replace(/\/$/, "") === "setup") return { view: "setup", code: decoded(inner) };
  return { view: "home", panel: parsePanel(inner), signIn: parseSignIn(inner) };
}

/**
 * @param {string} inner
 * @returns {PanelRoute | null}
 */
function parsePanel(inner) {
  const match = /^\/c\/([^/]+)\/([^/]+)\/logs$/.exec(inner);
  return match && { panel: "logs", engine: decoded(match[1]), id: decoded(match[2]) };
}

/** @param {string} inner `signin=<username>:<password>`, each part encoded on its own */
function parseSignIn(inner) {
  const match = /^signin=([^:]*):(.*)$/.exec(inner);
  return match && { username: decoded(match[1]), password: decoded(match[2]) };
}

/** @param {string} text */
function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** @param {{engine: string, id: string}} container */
export function logsHref({ engine, id }) {
  return `#/c/${encodeURIComponent(engine)}/${encodeURIComponent(id.slice(0, 12))}/logs`;
}
