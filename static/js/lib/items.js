/**
 * The overview as one flat list, in the order it is drawn: engines, projects, containers.
 * Counterparts: `arrange.js`, which orders; `views/table.js`, which draws what is on the screen.
 */

import { byEngine, entriesOf, rowKey } from "./arrange.js";

/**
 * @typedef {import("../client/types.js").Container} Container
 * @typedef {import("../client/types.js").EngineView} EngineView
 * @typedef {{kind: "engine", key: string, engine: EngineView, isOpen: boolean}} EngineItem
 * @typedef {{kind: "project", key: string, engine: string, project: string, isOpen: boolean}} ProjectItem
 * @typedef {{kind: "container", key: string, engine: string, container: Container, isMember: boolean}} ContainerItem
 * @typedef {EngineItem | ProjectItem | ContainerItem} Item
 */

/**
 * @typedef {object} View how the list is wanted
 * @property {boolean} isGrouped by project
 * @property {boolean} isFiltered an engine without a hit is left out, and nothing stays folded
 * @property {ReadonlySet<string>} folded keys of engines and projects
 * @property {import("./arrange.js").Order} order
 * @property {ReadonlyMap<string, number>} ranking
 */

/** @param {string} engine */
export function engineKey(engine) {
  return `e:${engine}`;
}

/**
 * @param {readonly EngineView[]} engines
 * @param {readonly Container[]} rows arranged
 * @param {View} view
 * @returns {Item[]}
 */
export function itemsOf(engines, rows, view) {
  const groups = byEngine(rows);
  return engines.flatMap((engine) => {
    const shown = groups.get(engine.engine) ?? [];
    if (view.isFiltered && shown.length === 0) return [];
    const key = engineKey(engine.engine);
    const isOpen = isOpenIn(view, key);
    /** @type {Item} */
    const head = { kind: "engine", key, engine, isOpen };
    return isOpen ? [head, ...insideOf(shown, view)] : [head];
  });
}

/**
 * @param {Container[]} rows of one engine
 * @param {View} view
 * @returns {Item[]}
 */
function insideOf(rows, view) {
  if (!view.isGrouped) return rows.map((container) => rowItem(container, false));
  return entriesOf(rows, view.order, view.ranking).flatMap(({ key, project, rows: members }) => {
    if (project === null) return members.map((container) => rowItem(container, false));
    const isOpen = isOpenIn(view, key);
    /** @type {Item} */
    const head = { kind: "project", key, engine: members[0].engine, project, isOpen };
    return isOpen ? [head, ...members.map((container) => rowItem(container, true))] : [head];
  });
}

/** @param {Container} container @param {boolean} isMember @returns {ContainerItem} */
function rowItem(container, isMember) {
  return { kind: "container", key: rowKey(container), engine: container.engine, container, isMember };
}

/** @param {View} view @param {string} key */
function isOpenIn({ isFiltered, folded }, key) {
  return isFiltered || !folded.has(key);
}
