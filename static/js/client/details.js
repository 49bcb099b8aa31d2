/**
 * One container looked into: what its engine says of it, and its processes.
 * Counterpart: `GET containers/…` and `GET containers/…/top` (api/containers).
 *
 * @import { ContainerDetails, ContainerRef, InspectOptions, ProcessTable } from "./types.js"
 * @import { Rest } from "./rest.js"
 */

/**
 * Throws ApiError when refused, LostError when the way broke, or the signal's reason.
 * @param {Rest} rest
 * @param {ContainerRef} container
 * @param {InspectOptions} [options]
 * @returns {Promise<ContainerDetails>}
 */
export function readDetails(rest, container, { reveal, signal } = {}) {
  const query = reveal === undefined ? "" : `?${new URLSearchParams({ reveal })}`;
  return rest.json(pathOf(container) + query, { signal });
}

/**
 * @param {Rest} rest
 * @param {ContainerRef} container
 * @param {{ signal?: AbortSignal }} [options]
 * @returns {Promise<ProcessTable>}
 */
export function readProcesses(rest, container, { signal } = {}) {
  return rest.json(`${pathOf(container)}/top`, { signal });
}

/** @param {ContainerRef} container */
function pathOf({ engine, id }) {
  return `containers/${encodeURIComponent(engine)}/${encodeURIComponent(id)}`;
}
