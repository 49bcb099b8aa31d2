/**
 * Turns the one `url` a user gives into the addresses the library calls.
 * Counterpart: DOCKMON_BASE_PATH on the server.
 */

/**
 * @typedef {object} Address
 * @property {string} origin
 * @property {string} api ends with a slash
 * @property {string} socket_path
 */

/**
 * @param {string} [url] default: the page's own origin
 * @returns {Address}
 */
export function addressOf(url) {
  const base = new URL(url ?? "/", globalThis.location?.href);
  const path = base.pathname.endsWith("/") ? base.pathname : `${base.pathname}/`;
  return { origin: base.origin, api: `${base.origin}${path}api/v1/`, socket_path: `${path}socket.io` };
}
