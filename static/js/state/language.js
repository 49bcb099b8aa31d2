/**
 * The language of the page. Counterparts: `early-choices.js`, which chooses the first one and
 * asks for its words; `lib/i18n.js`, which speaks it.
 */

import { setCatalogue } from "../lib/i18n.js";
import { remember } from "../lib/storage.js";

const page = document.documentElement;
const first = /** @type {HTMLLinkElement} */ (document.getElementById("catalogue"));

/** All that there are words for. */
export const languages = (page.dataset.languages ?? "en").split(" ");

/**
 * A language's own name for itself.
 *
 * @param {string} language
 */
export function nameOf(language) {
  return new Intl.DisplayNames(language, { type: "language" }).of(language) ?? language;
}

/** What was asked for last: an older answer that comes late must not undo it. */
let wanted = page.lang;

/** Speaks the language that was chosen before the first paint. */
export async function openLanguage() {
  // The very address of the preload, so that the words are fetched once.
  setCatalogue(page.lang, await textsAt(first.href));
}

/**
 * Nothing changes when its words do not arrive; the connection's pill says why.
 *
 * @param {string} language one of `languages`
 */
export async function chooseLanguage(language) {
  wanted = language;
  const texts = await textsAt(new URL(`${language}.json`, first.href).href).catch(() => null);
  if (!texts || wanted !== language) return;
  setCatalogue(language, texts);
  page.lang = language;
  remember("language", language);
}

/**
 * @param {string} address
 * @returns {Promise<Record<string, string>>}
 */
async function textsAt(address) {
  const answer = await fetch(address).catch(() => null);
  if (!answer?.ok) throw new Error(`${address} answered ${answer?.status ?? "nothing"}`);
  return answer.json();
}
