/**
 * Says whether what came over the wire has the shape the rest of the library relies on.
 * Counterpart: types.js, which names the shapes.
 *
 * Only what would make our own code fail is looked at; a field that is merely shown may be wrong.
 *
 * @import { Ack, Container, ContainersDelta, ContainersPayload, ContainerStatsPayload, EngineEvent,
 *   MetricsPayload } from "./types.js"
 */

/**
 * @param {unknown} value
 * @returns {value is Record<string, any>}
 */
export function isRecord(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * @param {unknown} value
 * @returns {value is Record<string, any> & { engine: string }}
 */
function namesEngine(value) {
  return isRecord(value) && typeof value.engine === "string";
}

/** @param {unknown} value */
function isEpoch(value) {
  return typeof value === "string" || typeof value === "number";
}

/**
 * @param {unknown} value
 * @returns {value is Container}
 */
export function isContainer(value) {
  return isRecord(value) && typeof value.id === "string" && value.id !== "";
}

/**
 * @param {unknown} value
 * @returns {value is ContainersPayload}
 */
export function isSnapshot(value) {
  return namesEngine(value) && isEpoch(value.epoch) && Number.isInteger(value.seq) && Array.isArray(value.data);
}

/**
 * @param {unknown} value
 * @returns {value is ContainersDelta}
 */
export function isDelta(value) {
  return (
    namesEngine(value) &&
    isEpoch(value.epoch) &&
    Number.isInteger(value.seq_from) &&
    Number.isInteger(value.seq_to) &&
    Array.isArray(value.changed) &&
    Array.isArray(value.removed)
  );
}

/**
 * @param {unknown} value
 * @returns {value is EngineEvent}
 */
export function isEngineEvent(value) {
  return namesEngine(value) && typeof value.state === "string";
}

/**
 * @param {unknown} value
 * @returns {value is MetricsPayload}
 */
export function isMetrics(value) {
  return namesEngine(value) && Number.isFinite(value.timestamp);
}

/**
 * @param {unknown} value
 * @returns {value is ContainerStatsPayload}
 */
export function isStats(value) {
  return (
    namesEngine(value) &&
    Number.isFinite(value.timestamp) &&
    Array.isArray(value.columns) &&
    value.columns[0] === "id" &&
    Array.isArray(value.rows)
  );
}

/**
 * @param {unknown} row of a `container-stats` payload
 * @returns {row is [string, ...(number | null)[]]}
 */
export function isStatsRow(row) {
  return Array.isArray(row) && typeof row[0] === "string" && row[0] !== "";
}

/**
 * The `engines` list of a subscribe's answer; an answer without one counts as empty.
 * @param {unknown} data
 * @returns {unknown[]}
 */
export function enginesOf(data) {
  return isRecord(data) && Array.isArray(data.engines) ? data.engines : [];
}

/**
 * Every ack becomes one of the two documented shapes, whatever came.
 * @param {unknown} value
 * @returns {Ack<any>}
 */
export function toAck(value) {
  if (isRecord(value) && value.ok === true) return { ok: true, data: value.data };
  if (isRecord(value) && value.ok === false && isRecord(value.error) && typeof value.error.code === "string") {
    return { ok: false, error: /** @type {any} */ (value.error) };
  }
  return { ok: false, error: { code: "internal.error", message: "malformed answer" } };
}
