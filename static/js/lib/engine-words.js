/** How things stand with an engine, in words. Counterpart: `dockmon/domain/engine.py`. */

import { clockTime } from "./format.js";
import { t, tryT } from "./i18n.js";

/**
 * @param {string | null} reason the server's word; one of the future shows itself
 */
export function reasonWords(reason) {
  return reason && (tryT(`reason.${reason}`) ?? reason);
}

/**
 * @param {number | null} confirmedAt
 * @param {number} now
 */
export function unconfirmedWords(confirmedAt, now) {
  if (confirmedAt == null) return t("engine.never_confirmed");
  return t("engine.unconfirmed_since", { time: clockTime(confirmedAt, now) });
}
