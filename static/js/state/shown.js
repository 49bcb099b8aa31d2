/**
 * What the table shows, in its order. Each step is kept by itself: a letter typed into the filter
 * sorts nothing anew. Counterparts: `table.js`, which says how; `views/table.js`.
 */

import { computed } from "@preact/signals";
import { arranged, inPlaceOf } from "../lib/arrange.js";
import { itemsOf } from "../lib/items.js";
import { projectKey, projectsOf } from "../lib/projects.js";
import { containers, engines } from "./live.js";
import { ranking } from "./ranking.js";
import { filterTest, filterText, folded, grouping, order } from "./table.js";

/** @typedef {import("../client/types.js").Container} Container */

/** @type {readonly Container[]} */
let last = [];

const inOrder = computed(() => (last = arranged(inPlaceOf(last, containers.value), order.value, ranking.value)));

/** All that the filter lets through, folded or not. */
const passed = computed(() => inOrder.value.filter(filterTest.value));

/** The whole list: engines, projects, containers. */
export const items = computed(() =>
  itemsOf(engines.value, passed.value, {
    isGrouped: grouping.value === "project",
    // Where there is nothing to filter, engines are not left out for it.
    isFiltered: filterText.value.trim() !== "" && containers.value.length > 0,
    folded: folded.value,
    order: order.value,
    ranking: ranking.value,
  }),
);

/** The containers that have a row, in the order of the table. */
export const shownRows = computed(() => items.value.flatMap((item) => (item.kind === "container" ? [item.container] : [])));

export const hasHits = computed(() => passed.value.length > 0);

/** @type {import("../lib/projects.js").Projects} */
let before = new Map();

/** With all of their members, whatever the filter shows: a project's figures are its own. */
const projects = computed(() => (before = projectsOf(containers.value, before)));

/**
 * @param {string} engine
 * @param {string} project
 * @returns {readonly Container[]} the same array until one of them changes
 */
export function membersOf(engine, project) {
  return projects.value.get(projectKey(engine, project)) ?? NONE;
}

/** @type {readonly Container[]} */
const NONE = [];
