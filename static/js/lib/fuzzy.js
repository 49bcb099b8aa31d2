/** Finding by a few letters: "shweb" finds "shop-web-1". The better the hit, the higher its score. */

/**
 * @typedef {{score: number, places: ReadonlySet<number>}} Hit `places` are the letters that were meant
 */

/** Where a word begins: at the start, and after whatever is neither letter nor digit. */
const BEGINNING = /(?<![\p{L}\p{N}])[\p{L}\p{N}]/gu;

/**
 * Every word of the query must be found.
 *
 * @param {string} query
 * @param {string} text
 * @returns {Hit | null}
 */
export function fuzzy(query, text) {
  const places = new Set();
  const lower = lowered(text);
  // Of two that fit, the shorter one is the more exact one.
  let score = -text.length / 100;
  for (const word of lowered(query).split(/\s+/).filter(Boolean)) {
    const hit = wholeWord(word, lower) ?? letters(word, lower);
    if (!hit) return null;
    score += hit.score;
    for (const place of hit.places) places.add(place);
  }
  return { score, places };
}

/**
 * Of the same length as before, so that places are places.
 *
 * @param {string} text
 */
function lowered(text) {
  const lower = text.toLowerCase();
  return lower.length === text.length ? lower : text;
}

/**
 * @param {string} word
 * @param {string} text
 */
function wholeWord(word, text) {
  const beginnings = beginningsOf(text);
  const at = beginnings.find((place) => text.startsWith(word, place)) ?? text.indexOf(word);
  if (at < 0) return null;
  const places = span(at, word.length);
  return { score: (beginnings.includes(at) ? 20 : 10) + (at === 0 ? 5 : 0), places };
}

/**
 * One letter after the other; beginnings of words and neighbours count for more.
 *
 * @param {string} word
 * @param {string} text
 */
function letters(word, text) {
  const beginnings = new Set(beginningsOf(text));
  /** @type {number[]} */
  const places = [];
  let from = 0;
  for (const letter of word) {
    const at = text.indexOf(letter, from);
    if (at < 0) return null;
    places.push(...span(at, letter.length));
    from = at + letter.length;
  }
  const good = places.filter((place, index) => beginnings.has(place) || place - 1 === places[index - 1]);
  return { score: (5 * good.length) / places.length, places };
}

/** @param {number} at @param {number} length */
function span(at, length) {
  return Array.from({ length }, (_, offset) => at + offset);
}

/** @param {string} text */
function beginningsOf(text) {
  return [...text.matchAll(BEGINNING)].map(({ index }) => index);
}
