/**
 * The last few thousand log lines, in blocks: a block that is full never changes
 * again, so what draws it can tell by identity that there is nothing to do.
 */

/**
 * @template T
 * @typedef {{id: number, lines: readonly T[]}} Block
 */

const BLOCK_LINES = 100;

/**
 * A new list of blocks with these lines at the end, and at most `capacity`
 * lines in full blocks before the last one.
 *
 * @template T
 * @param {readonly Block<T>[]} blocks
 * @param {readonly T[]} added
 * @param {number} capacity
 * @returns {Block<T>[]}
 */
export function withLines(blocks, added, capacity) {
  const next = [...blocks];
  let rest = added.slice(-capacity);
  while (rest.length > 0) {
    const last = next.at(-1);
    const open = last && last.lines.length < BLOCK_LINES ? last : null;
    const room = BLOCK_LINES - (open?.lines.length ?? 0);
    const lines = [...(open?.lines ?? []), ...rest.slice(0, room)];
    if (open) next[next.length - 1] = { id: open.id, lines };
    else next.push({ id: (last?.id ?? -1) + 1, lines });
    rest = rest.slice(room);
  }
  return next.slice(-(Math.ceil(capacity / BLOCK_LINES) + 1));
}
