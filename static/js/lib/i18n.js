/**
 * Turns keys and facts into words. Counterpart: `dockmon/i18n/<language>.json`,
 * one flat catalogue of dotted keys, which `main.js` hands over once.
 */

/** @typedef {Record<string, string | number>} Params */

/** @type {Record<string, string>} */
let catalogue = {};
let language = "en";
let plurals = new Intl.PluralRules(language);

/**
 * @param {string} nextLanguage a BCP 47 tag
 * @param {Record<string, string>} nextCatalogue
 */
export function setCatalogue(nextLanguage, nextCatalogue) {
  language = nextLanguage;
  catalogue = nextCatalogue;
  plurals = new Intl.PluralRules(language);
}

/** The language that numbers and dates should be written in. */
export function currentLanguage() {
  return language;
}

/**
 * The text of a key. A missing key shows itself: better an odd word than a gap.
 *
 * @param {string} key
 * @param {Params} [params] for the `{name}` places in the text
 */
export function t(key, params = {}) {
  const text = catalogue[key] ?? key;
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
  return key in catalogue ? t(key, params) : null;
}
