/**
 * Makes of plain REST answers what `subscribe` would have answered, so that nobody above can tell.
 * Counterpart: http_source.js asks; api/containers, api/system and api/stats answer.
 *
 * @import { Container, Summary } from "./types.js"
 * @import { Rest } from "./rest.js"
 */

import { ApiError } from "./errors.js";
import { isContainer, isRecord } from "./shapes.js";

/**
 * @param {unknown} answer
 * @returns {unknown[]}
 */
function listOf(answer) {
  return isRecord(answer) && Array.isArray(answer.data) ? answer.data : [];
}

/**
 * @param {Record<string, unknown>} wanted
 * @param {unknown} engine
 */
function wants(wanted, engine) {
  return !Array.isArray(wanted.engines) || wanted.engines.includes(engine);
}

/**
 * REST counts over all engines, a snapshot over one.
 * @param {Container[]} containers
 * @returns {Summary}
 */
function summaryOf(containers) {
  /** @type {Summary} */
  const summary = { total: containers.length, running: 0, paused: 0, exited: 0, restarting: 0, unhealthy: 0 };
  for (const { state, health } of containers) {
    summary[state] = (summary[state] ?? 0) + 1;
    if (health === "unhealthy") summary.unhealthy += 1;
  }
  return summary;
}

/**
 * @param {Rest} rest
 * @param {Record<string, unknown>} wanted
 * @param {AbortSignal} signal
 */
export async function containersAnswer(rest, wanted, signal) {
  const answer = await rest.json("containers", { signal });
  const containers = listOf(answer).filter(isContainer);
  const engines = isRecord(answer) && Array.isArray(answer.engines) ? answer.engines : [];
  const wantedEngines = engines.filter(isRecord).filter(({ engine }) => wants(wanted, engine));
  return {
    engines: wantedEngines.map((engine) => {
      const data = containers.filter((container) => container.engine === engine.engine);
      return { ...engine, data, summary: summaryOf(data), timestamp: answer.timestamp };
    }),
  };
}

/**
 * @param {Rest} rest
 * @param {Record<string, unknown>} wanted
 * @param {AbortSignal} signal
 */
export async function metricsAnswer(rest, wanted, signal) {
  const [system, stats] = await Promise.all([
    wanted.host === false ? [] : rest.json("system", { signal }).then(listOf),
    wanted.containers === false ? [] : rest.json("stats", { signal }).then(listOf, absent),
  ]);
  /** @type {Map<string, { engine: string, metrics: unknown, container_stats: unknown }>} */
  const engines = new Map();
  /** @param {unknown[]} payloads @param {"metrics" | "container_stats"} field */
  const enter = (payloads, field) => {
    for (const payload of payloads.filter(isRecord)) {
      if (!wants(wanted, payload.engine)) continue;
      const entry = engines.get(payload.engine) ?? { engine: payload.engine, metrics: null, container_stats: null };
      engines.set(payload.engine, { ...entry, [field]: payload });
    }
  };
  enter(system, "metrics");
  enter(stats, "container_stats");
  return { engines: [...engines.values()] };
}

/**
 * A server without `GET stats` still has host metrics to show.
 * @param {unknown} error
 * @returns {unknown[]}
 */
function absent(error) {
  if (error instanceof ApiError && error.status === 404) return [];
  throw error;
}
