/**
 * The filter box: `shop state:exited -proxy`. All words must hold. A plain word
 * is looked for in everything a reader sees; `key:value` in one field alone.
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
  is: (c, value) => (value === "failed" ? hasFailed(c) : value === "unhealthy" && isUnhealthy(c)),
  port: (c, value) => (c.ports ?? []).some((p) => String(p.public_port) === value || String(p.private_port) === value),
};

const PLAIN_FIELDS = ["name", "image", "project", "service", "state"];

/**
 * @param {string} text
 * @returns {Test}
 */
export function parseFilter(text) {
  const tests = words(text).map(testOf);
  return (container) => tests.every((test) => test(container));
}

/** @param {string} text */
function words(text) {
  return text.toLowerCase().split(/\s+/).filter(Boolean);
}

/**
 * @param {string} word
 * @returns {Test}
 */
function testOf(word) {
  if (word.length > 1 && word.startsWith("-")) {
    const inner = testOf(word.slice(1));
    return (container) => !inner(container);
  }
  const colon = word.indexOf(":");
  const [key, value] = [word.slice(0, Math.max(colon, 0)), word.slice(colon + 1)];
  // An image is often typed whole ("nginx:1.27"), so an unknown key is plain text.
  if (!value) return plainTest(colon > 0 && isKey(key) ? "" : word);
  if (Object.hasOwn(EXACT, key)) return (container) => EXACT[key](container, value);
  if (Object.hasOwn(FIELDS, key)) return (container) => contains(FIELDS[key](container), value);
  return plainTest(word);
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
  const kept = present.filter((other) => other !== word && !sameKey(other, word));
  return (present.includes(word) ? kept : [...kept, word]).join(" ");
}

/** @param {string} text @param {string} word */
export function hasWord(text, word) {
  return words(text).includes(word);
}

/** Counts exclude each other: "exited" and "running" together would show nothing. */
const COUNT_KEYS = /^(state|health|is):/;

/** @param {string} a @param {string} b */
function sameKey(a, b) {
  return COUNT_KEYS.test(a) && COUNT_KEYS.test(b);
}
