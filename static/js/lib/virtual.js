/** Where the rows of a long list are, and which of them have to be there. Counterpart: `ui/virtual.js`. */

/**
 * @typedef {{key: string, kind: string}} Item
 * @typedef {{index: number, room?: undefined} | {key: string, room: number}} Slice a row, or the room of those left out
 */

/** Less is rounding. */
const TOLERANCE = 0.5;

/** Rows of one kind are equally high, but for a few that are remembered one by one. */
export class Heights {
  /** @type {Record<string, number>} by kind */
  #usual;
  /** @type {Map<string, number>} by key */
  #odd = new Map();

  /** @param {Record<string, number>} estimates by kind */
  constructor(estimates) {
    this.#usual = { ...estimates };
  }

  /**
   * @param {readonly Item[]} items
   * @returns {Float64Array} where each begins, and after the last where all end
   */
  placesOf(items) {
    const places = new Float64Array(items.length + 1);
    for (let at = 0; at < items.length; at += 1) places[at + 1] = places[at] + this.#of(items[at]);
    return places;
  }

  /** @param {Item} item */
  #of({ key, kind }) {
    return this.#odd.get(key) ?? this.#usual[kind] ?? 0;
  }

  /**
   * @param {ReadonlyMap<string, {own: number, all: number}>} sizes by key: of the row itself, and with what hangs on it
   * @param {readonly Item[]} items
   * @returns {boolean} whether anything is another than was thought
   */
  learn(sizes, items) {
    let isNew = false;
    const seen = items.filter(({ key }) => sizes.has(key));
    /** @type {Set<string>} */
    const kinds = new Set();
    for (const { key, kind } of seen) {
      const { own, all } = sizes.get(key) ?? { own: 0, all: 0 };
      if (!kinds.has(kind)) {
        kinds.add(kind);
        isNew = this.#learnUsual(kind, own) || isNew;
      }
      isNew = this.#learnOdd(key, all, this.#usual[kind]) || isNew;
    }
    // Names of rows that went away must not pile up for days.
    if (this.#odd.size > items.length) this.#odd.clear();
    return isNew;
  }

  /** @param {string} kind @param {number} height */
  #learnUsual(kind, height) {
    if (Math.abs(this.#usual[kind] - height) < TOLERANCE) return false;
    this.#usual[kind] = height;
    return true;
  }

  /** @param {string} key @param {number} height @param {number} usual */
  #learnOdd(key, height, usual) {
    const before = this.#odd.get(key) ?? usual;
    if (Math.abs(height - usual) < TOLERANCE) this.#odd.delete(key);
    else this.#odd.set(key, height);
    return Math.abs(height - before) >= TOLERANCE;
  }
}

/**
 * @param {Float64Array} places
 * @param {{from: number, to: number}} span what has to be there
 * @param {readonly number[]} held places of rows that stay wherever they are, in their order
 * @returns {number[]} which rows have to be there
 */
export function shownAt(places, { from, to }, held) {
  const count = places.length - 1;
  const first = Math.min(placeAt(places, from), count);
  const end = Math.max(first, Math.min(placeAt(places, to) + 1, count));
  const inside = Array.from({ length: end - first }, (_, at) => first + at);
  return [...held.filter((at) => at < first), ...inside, ...held.filter((at) => at >= end)];
}

/**
 * @param {Float64Array} places
 * @param {readonly number[]} shown in their order
 * @returns {Slice[]}
 */
export function slicesOf(places, shown) {
  const count = places.length - 1;
  /** @type {Slice[]} */
  const slices = [];
  let next = 0;
  for (const index of [...shown, count]) {
    const room = places[index] - places[next];
    if (index !== next) slices.push({ key: next === 0 ? "room-above" : index === count ? "room-below" : `room-${next}`, room });
    if (index < count) slices.push({ index });
    next = index + 1;
  }
  return slices;
}

/** @param {Float64Array} places @param {number} at in pixels @returns {number} which row is there */
function placeAt(places, at) {
  let [low, high] = [0, places.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (places[middle + 1] <= at) low = middle + 1;
    else high = middle;
  }
  return low;
}
