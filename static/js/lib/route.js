/**
 * Addresses of the page, both ways. The fragment says what is open beside the table; the query
 * says how the table is looked at, so that a link shows the same view.
 */

/**
 * @typedef {{engine: string, id: string}} Ref
 * @typedef {"overview" | "logs" | "stats" | "configuration" | "processes"} Tab
 * @typedef {{panel: "container", engine: string, id: string, tab: Tab}
 *   | {panel: "project", engine: string, project: string}
 *   | {panel: "several", containers: Ref[]}} PanelRoute the latter two are logs, merged
 * @typedef {{view: "setup", code: string}
 *   | {view: "home", panel: PanelRoute | null, signIn: {username: string, password: string} | null}} Route
 */

/** @type {readonly Tab[]} in the order they are shown */
export const TABS = ["overview", "logs", "stats", "configuration", "processes"];

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
  const [, kind, ...parts] = inner.split("/");
  if (!inner.startsWith("/") || parts.some((part) => part === "")) return null;
  if (kind === "c" && parts.length <= 3) return containerRoute(parts);
  if (kind === "p" && parts.length === 2) return { panel: "project", engine: decoded(parts[0]), project: decoded(parts[1]) };
  if (kind === "logs" && parts.length > 0 && parts.length % 2 === 0) return { panel: "several", containers: pairs(parts) };
  return null;
}

/**
 * @param {string[]} parts
 * @returns {PanelRoute | null}
 */
function containerRoute([engine, id, name = "overview"]) {
  const tab = TABS.find((known) => known === name);
  return id && tab ? { panel: "container", engine: decoded(engine), id: decoded(id), tab } : null;
}

/** @param {string[]} parts @returns {Ref[]} */
function pairs(parts) {
  return parts.flatMap((engine, at) => (at % 2 ? [] : [{ engine: decoded(engine), id: decoded(parts[at + 1]) }]));
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

/**
 * @param {Ref} container
 * @param {Tab} [tab]
 */
export function containerHref(container, tab = "overview") {
  return `#/c/${part(container)}${tab === "overview" ? "" : `/${tab}`}`;
}

/** @param {string} engine @param {string} project */
export function projectLogsHref(engine, project) {
  return `#/p/${encodeURIComponent(engine)}/${encodeURIComponent(project)}`;
}

/** @param {Ref[]} containers */
export function severalLogsHref(containers) {
  return `#/logs/${containers.map(part).join("/")}`;
}

/** @param {Ref} container */
function part({ engine, id }) {
  return `${encodeURIComponent(engine)}/${encodeURIComponent(id.slice(0, 12))}`;
}
