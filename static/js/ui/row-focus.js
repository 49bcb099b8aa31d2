/** Keeps the focus among rows that come, go and change places. Counterpart: `virtual.js`. */

/** What stands for a whole row: a container's link, or what folds an engine or a project. */
export const ROW_LINK = "[data-row-link], .fold";

/**
 * What has the focus now, and where it could go on.
 *
 * @param {HTMLElement | null} root
 */
export function focusIn(root) {
  const element = /** @type {HTMLElement | null} */ (document.activeElement);
  const row = root?.contains(element) ? element?.closest("tr") : null;
  if (!root || !element || !row) return null;
  const rows = [...root.children];
  const at = rows.indexOf(row);
  return { element, places: [row, ...rows.slice(at + 1), ...rows.slice(0, at).reverse()] };
}

/**
 * A row that changes its place, a button that leaves its row, and a row that goes away would drop the
 * focus: it stays with the row, or goes on with the next.
 *
 * @param {ReturnType<typeof focusIn>} before
 */
export function keepFocus(before) {
  if (!before || document.activeElement !== document.body) return;
  if (before.element.isConnected) return before.element.focus({ preventScroll: true });
  const next = before.places.find((row) => row.isConnected && row.querySelector(ROW_LINK));
  /** @type {HTMLElement | null} */ (next?.querySelector(ROW_LINK) ?? null)?.focus({ preventScroll: true });
}
