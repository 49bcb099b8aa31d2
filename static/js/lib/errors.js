/** Failures as sentences. The code chooses them and `params` fills them. */

import { duration } from "./format.js";
import { t, tryT } from "./i18n.js";

/** @typedef {{code: string, params?: Record<string, unknown>}} CodedError */

/**
 * @param {unknown} failure an error of the client library, or a wire error
 * @param {"signin" | "setup"} [place] where a code needs other words: in front of the page "sign in" helps nobody
 */
export function errorWords(failure, place) {
  const { code, params } = coded(failure);
  const facts = readable(params);
  // A place and a reason can need other words than the code has.
  const special = place ?? facts.reason;
  const words = (special && tryT(`error.${code}.${special}`, facts)) ?? tryT(`error.${code}`, facts);
  if (words == null) return t("error.other", { code });
  // The code last, for whoever looks it up: it is the same in every language and in the docs.
  return [words, detailOf(params), `[${code}]`].filter(Boolean).join(" ");
}

/**
 * @param {unknown} failure
 * @returns {{code: string, params: Record<string, unknown>}}
 */
function coded(failure) {
  const { code, params } = /** @type {Partial<CodedError>} */ (failure ?? {});
  return { code: typeof code === "string" ? code : "connection.lost", params: params ?? {} };
}

/** @param {Record<string, unknown>} params */
function readable(params) {
  const facts = Object.entries(params).filter(([, value]) => typeof value === "string" || typeof value === "number");
  return /** @type {Record<string, string | number>} */ (Object.fromEntries(facts));
}

/**
 * What the sentence could not say in advance: the engine's own words, or when to come back.
 *
 * @param {Record<string, unknown>} params
 */
function detailOf({ message, reason, retry_after_seconds }) {
  if (typeof retry_after_seconds === "number") {
    return t("error.retry_after", { duration: duration(Math.ceil(retry_after_seconds)) });
  }
  const known = typeof reason === "string" ? tryT(`reason.${reason}`) : null;
  if (known != null) return t("error.reason", { reason: known });
  return typeof message === "string" && message ? t("error.engine_said", { message }) : "";
}
