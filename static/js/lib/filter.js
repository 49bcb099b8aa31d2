/**
 * The filter box: `shop state:exited -proxy label:team=payments "two words"`. All words must hold.
 * A plain word is looked for in everything a reader sees; `key:value` in one field alone.
 */

import { hasFailed, isUnhealthy } from "./status.js";

/**
 * @typedef {import("../client/types.js").Container} Container
 * @typedef {(container: Container) => boolean} Test
 */

/** @type {Record<string, (container: Container) => string | null>} */
const FIELDS = {
  name: (c) => c.name,
  image: (c) => c.image,
  project: (c) => c.project,
  service: (c) => c.service,
  engine: (c) => c.engine,
  id: (c) => c.id,
};

/**
 * These are whole words: `state:dead` must not need thinking about.
 *
 * @type {Record<string, (container: Container, value: string) => boolean>}
 */
const EXACT = {
  state: (c, value) => c.state === value,
  health: (c, value) => (value === "unhealthy" ? isUnhealthy(c) : (c.health ?? "none") === value),
  is: (c, value) => CONDITIONS.get(value)?.(c) ?? false,
  port: (c, value) => (c.ports ?? []).some((p) => String(p.public_port) === value || String(p.private_port) === value),
  label: hasLabel,
};

/** @type {Map<string, Test>} */
const CONDITIONS = new Map([
  ["failed", hasFailed],
  ["oom", (c) => hasFailed(c) && c.oom_killed === true],
  ["unhealthy", isUnhealthy],
]);

const PLAIN_FIELDS = ["name", "image", "project", "service", "state"];

/**
 * @param {string} text
 * @returns {Test}
 */
export function parseFilter(text) {
  const tests = words(text.toLowerCase()).map(testOf);
  return (container) => tests.every((test) => test(container));
}

/**
 * Blanks part words, but for those in quotes; a quote that is still being typed reaches to the end.
 *
 * @param {string} text
 */
function words(text) {
  /** @type {readonly string[]} */
  const found = text.match(/(?:[^\s"]|"[^"]*"?)+/g) ?? [];
  return found;
}

/** @param {string} word */
function unquoted(word) {
  return word.replaceAll('"', "");
}

/**
 * @param {string} word
 * @returns {Test}
 */
function testOf(word) {
  if (word.length > 1 && word.startsWith("-")) {
    const inner = testOf(word.slice(1));
    // `-state:` is on its way to become something: until then it excludes nothing.
    return isUnfinished(word.slice(1)) ? inner : (container) => !inner(container);
  }
  const colon = word.indexOf(":");
  const key = word.slice(0, Math.max(colon, 0));
  // An image is often typed whole ("nginx:1.27"), so an unknown key is plain text.
  if (!isKey(key)) return plainTest(unquoted(word));
  const value = unquoted(word.slice(colon + 1));
  if (!value) return () => true;
  if (Object.hasOwn(EXACT, key)) return (container) => EXACT[key](container, value);
  return (container) => contains(FIELDS[key](container), value);
}

/** @param {string} word */
function isUnfinished(word) {
  return unquoted(word) === "" || (word.endsWith(":") && isKey(word.slice(0, -1)));
}

/** @param {string} key */
function isKey(key) {
  return Object.hasOwn(EXACT, key) || Object.hasOwn(FIELDS, key);
}

/**
 * @param {string} word
 * @returns {Test}
 */
function plainTest(word) {
  return (container) =>
    PLAIN_FIELDS.some((field) => contains(field === "state" ? container.state : FIELDS[field](container), word)) ||
    (word.length >= 6 && container.id.startsWith(word));
}

/**
 * `label:team=pay`: the key as it is, the value in part. `label:traefik`: a part of any key.
 *
 * @param {Container} container
 * @param {string} wanted
 */
function hasLabel({ labels }, wanted) {
  const equals = wanted.indexOf("=");
  const [key, value] = equals < 0 ? [wanted, ""] : [wanted.slice(0, equals), wanted.slice(equals + 1)];
  return Object.entries(labels ?? {}).some(([name, text]) =>
    equals < 0 ? contains(name, key) : name.toLowerCase() === key && contains(text, value),
  );
}

/** @param {string | null} text @param {string} part */
function contains(text, part) {
  return text != null && text.toLowerCase().includes(part);
}

/**
 * Adds a word to the filter, or takes it out again; what a count in the summary does.
 *
 * @param {string} text
 * @param {string} word
 */
export function toggleWord(text, word) {
  const present = words(text);
  const kept = present.filter((other) => other.toLowerCase() !== word && !sameKey(other, word));
  return (hasWord(text, word) ? kept : [...kept, word]).join(" ");
}

/** @param {string} text @param {string} word */
export function hasWord(text, word) {
  return words(text.toLowerCase()).includes(word);
}

/** Counts exclude each other: "exited" and "running" together would show nothing. */
const COUNT_KEYS = /^(state|health|is):/i;

/** @param {string} a @param {string} b */
function sameKey(a, b) {
  return COUNT_KEYS.test(a) && COUNT_KEYS.test(b);
}
