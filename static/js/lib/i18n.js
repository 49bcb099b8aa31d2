/**
 * Turns keys and facts into words. Counterparts: `dockmon/i18n/<language>.json`, one flat
 * catalogue of dotted keys each; `state/language.js`, which hands one over.
 *
 * Every text reads one signal: another language redraws what shows text, and nothing else
 * of the page is lost.
 */

import { signal } from "@preact/signals-core";

/** @typedef {Record<string, string | number>} Params */

/** @param {string} language @param {Record<string, string>} catalogue */
const wordsOf = (language, catalogue) => ({ language, catalogue, plurals: new Intl.PluralRules(language) });

const words = signal(wordsOf("en", {}));

/**
 * @param {string} language a BCP 47 tag
 * @param {Record<string, string>} catalogue
 */
export function setCatalogue(language, catalogue) {
  words.value = wordsOf(language, catalogue);
}

/** The language that numbers and dates should be written in. */
export function currentLanguage() {
  return words.value.language;
}

/**
 * The text of a key. A missing key shows itself: better an odd word than a gap.
 *
 * @param {string} key
 * @param {Params} [params] for the `{name}` places in the text
 */
export function t(key, params = {}) {
  const text = words.value.catalogue[key] ?? key;
  return text.replace(/\{(\w+)\}/g, (place, name) => (name in params ? String(params[name]) : place));
}

/**
 * The text of a counted key: `key.one`, `key.other`, … by the language's rule.
 *
 * @param {string} key
 * @param {number} count becomes `{count}`
 * @param {Params} [params]
 */
export function tn(key, count, params = {}) {
  const { catalogue, plurals } = words.value;
  const form = `${key}.${plurals.select(count)}`;
  return t(form in catalogue ? form : `${key}.other`, { count, ...params });
}

/**
 * The text of a key that an outsider chose (an error code, a reason), or null
 * when this catalogue does not know it.
 *
 * @param {string} key
 * @param {Params} [params]
 */
export function tryT(key, params) {
  return Object.hasOwn(words.value.catalogue, key) ? t(key, params) : null;
}
