/** Remembered choices. A browser may forbid storage; then they last as long as the page. */

const PREFIX = "dockmon.";

/** @param {string} name */
export function recall(name) {
  try {
    return localStorage.getItem(PREFIX + name);
  } catch {
    return null;
  }
}

/**
 * @param {string} name
 * @param {string} value
 */
export function remember(name, value) {
  try {
    localStorage.setItem(PREFIX + name, value);
  } catch {
    // Nothing is lost that a reader would miss before the next visit.
  }
}
