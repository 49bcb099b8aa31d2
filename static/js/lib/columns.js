/** The columns of the table: which there are, which fit, and how wide each is. Counterpart: `views/columns.js`. */

/**
 * @typedef {"name" | "state" | "image" | "cpu" | "memory" | "network" | "ports" | "age" | "restarts"} Column
 * @typedef {{columns: readonly Column[], template: string, hasLines: boolean}} Layout
 *   `template`: for `grid-template-columns`; `hasLines`: whether there is room for sparklines
 */

/** @type {readonly Column[]} in the order they are drawn */
export const COLUMNS = ["name", "state", "image", "cpu", "memory", "network", "ports", "age", "restarts"];

/** Without these no row says what it is. */
const ALWAYS = new Set(["name", "state"]);

/** @type {readonly Column[]} what a reader can do without */
export const CHOOSABLE = COLUMNS.filter((column) => !ALWAYS.has(column));

/** What leaves first where there is no room. @type {readonly Column[]} */
const LEAVING = ["restarts", "image", "ports", "network", "age", "memory", "cpu"];

/** At least so many pixels, and a share of what is left over. @type {Record<Column, {least: number, share?: number}>} */
const WIDTHS = {
  name: { least: 180, share: 2 },
  state: { least: 130, share: 1.3 },
  image: { least: 120, share: 1 },
  cpu: { least: 122 },
  memory: { least: 170 },
  network: { least: 134 },
  ports: { least: 112 },
  age: { least: 84 },
  restarts: { least: 62 },
};

/** A line beside a figure, with the gap between them. */
const LINE = 64;
const FIGURES = new Set(["cpu", "memory", "network"]);
const GAP = 12;

/**
 * @param {ReadonlySet<Column>} hidden by the reader
 * @param {number} width of the table
 * @param {number} around what is there in any case: the edges, the boxes to tick, the buttons
 * @returns {Layout} what does not fit even without lines leaves, column by column
 */
export function layoutOf(hidden, width, around) {
  let columns = COLUMNS.filter((column) => !hidden.has(column) || ALWAYS.has(column));
  const room = width - around;
  const leaving = [...LEAVING];
  while (leastOf(columns, true) > room && leaving.length > 4) columns = without(columns, leaving.shift());
  const hasLines = leastOf(columns, true) <= room;
  while (leastOf(columns, hasLines) > room && leaving.length > 0) columns = without(columns, leaving.shift());
  return { columns, hasLines, template: columns.map((column) => track(column, hasLines)).join(" ") };
}

/** @param {readonly Column[]} columns @param {Column | undefined} leaver */
function without(columns, leaver) {
  return columns.filter((column) => column !== leaver);
}

/** @param {readonly Column[]} columns @param {boolean} hasLines */
function leastOf(columns, hasLines) {
  return columns.reduce((sum, column) => sum + widthOf(column, hasLines) + GAP, 0);
}

/** @param {Column} column @param {boolean} hasLines */
function widthOf(column, hasLines) {
  return WIDTHS[column].least - (FIGURES.has(column) && !hasLines ? LINE : 0);
}

/** @param {Column} column @param {boolean} hasLines */
function track(column, hasLines) {
  const { share } = WIDTHS[column];
  const least = `${widthOf(column, hasLines)}px`;
  return share ? `minmax(${least}, ${share}fr)` : least;
}

/**
 * @param {string} text names, as they are remembered
 * @returns {Set<Column>}
 */
export function parseColumns(text) {
  return new Set(CHOOSABLE.filter((column) => text.split(" ").includes(column)));
}
