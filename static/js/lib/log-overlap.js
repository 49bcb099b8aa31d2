/**
 * Two readings of the same logs put together without a line lost or doubled.
 *
 * Within one log the order is kept, and within one stream of it the times only grow. So the lines
 * known of a stream at a moment are the last ones it has there, whatever they say: it is counted
 * how many there are, which holds for lines that are equal, too. Counterpart: `state/log-book.js`.
 */

/**
 * @typedef {{container: string, stream: string, timestamp: number, text: string}} Stamped
 *   container: with its engine
 */

/**
 * @template {Stamped} T
 * @param {readonly T[]} batch read later, from further back
 * @param {readonly Stamped[]} known what is there already and could be in the batch
 * @returns {T[]} what stands before it
 */
export function notKnown(batch, known) {
  /** @type {Map<string, number>} */
  const counts = new Map();
  for (const line of known) counts.set(momentOf(line), (counts.get(momentOf(line)) ?? 0) + 1);
  /** @type {T[]} */
  const before = [];
  for (const line of [...batch].reverse()) {
    const left = counts.get(momentOf(line)) ?? 0;
    if (left > 0) counts.set(momentOf(line), left - 1);
    else before.push(line);
  }
  return before.reverse();
}

/** @param {Stamped} line */
function momentOf({ container, stream, timestamp }) {
  return `${container} ${stream} ${timestamp}`;
}

/**
 * Several logs, the last `tail` lines of each: further back than the shortest of them reaches,
 * lines would be missing between those of the others. Those wait for the next reading.
 *
 * @template {Stamped} T
 * @param {readonly T[]} batch
 * @param {number} tail
 * @returns {{lines: T[], isWhole: boolean}} isWhole: nothing is before these
 */
export function sinceAllAreThere(batch, tail) {
  /** @type {Map<string, {count: number, first: number}>} */
  const logs = new Map();
  for (const { container, timestamp } of batch) {
    const log = logs.get(container);
    if (log) log.count += 1;
    else logs.set(container, { count: 1, first: timestamp });
  }
  const cut = [...logs.values()].filter(({ count }) => count >= tail);
  if (cut.length === 0) return { lines: [...batch], isWhole: true };
  const from = Math.max(...cut.map(({ first }) => first));
  const at = logs.size > 1 ? batch.findIndex(({ timestamp }) => timestamp >= from) : 0;
  return { lines: batch.slice(at), isWhole: false };
}
