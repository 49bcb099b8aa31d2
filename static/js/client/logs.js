/**
 * Reads the log of one container, or of several merged, line by line as it comes.
 * Counterpart: `GET …/logs?format=json` (api/logs): one JSON object per line.
 *
 * @import { ContainerRef, LogLine, LogOptions, WireError } from "./types.js"
 * @import { Rest } from "./rest.js"
 */

import { ApiError, LostError } from "./errors.js";
import { isRecord } from "./shapes.js";

const RETRY_FIRST_MS = 500;
const RETRY_MAX_MS = 5000;

/**
 * Ends when the log ends or the signal fires; throws ApiError when refused. A followed log goes on
 * over lost connections: from the last line's cursor, so that no line is missed or shown twice.
 * @param {Rest} rest
 * @param {ContainerRef | ContainerRef[]} container
 * @param {LogOptions} [options]
 * @returns {AsyncGenerator<LogLine, void, void>}
 */
export async function* readLogs(rest, container, { signal, onState, onBroken, ...options } = {}) {
  let query = options;
  let tries = 0;
  const told = { signal, onState, onBroken: Array.isArray(container) ? (onBroken ?? (() => {})) : undefined };
  while (!signal?.aborted) {
    try {
      for await (const line of readOnce(rest, logPath(container, { format: "json", ...query }), told)) {
        tries = 0;
        if (typeof line.cursor === "string") query = { ...options, tail: undefined, since: line.cursor };
        yield line;
      }
      return;
    } catch (error) {
      if (signal?.aborted) return;
      if (!options.follow || !(error instanceof LostError)) throw error;
      onState?.("lost");
      await pause(Math.min(RETRY_MAX_MS, RETRY_FIRST_MS * 2 ** tries), signal);
      tries += 1;
    }
  }
}

/**
 * @param {Rest} rest
 * @param {string} path
 * @param {Pick<LogOptions, "signal" | "onState" | "onBroken">} options onBroken only for several logs
 * @returns {AsyncGenerator<LogLine, void, void>}
 */
async function* readOnce(rest, path, { signal, onState, onBroken }) {
  const response = await rest.open(path, { signal });
  onState?.("open");
  for await (const text of linesOf(response)) {
    const line = parsed(text);
    if (!line) continue;
    // An answer under way cannot change its status: a log that breaks off says so in its last
    // line. Of several logs the others go on.
    if (!line.error) yield line;
    else if (onBroken) onBroken({ engine: line.engine, id: line.container }, line.error);
    else throw new ApiError(line.error, 200);
  }
}

/**
 * A reader by hand: Safari cannot iterate a ReadableStream.
 * @param {Response} response
 * @returns {AsyncGenerator<string, void, void>}
 */
async function* linesOf(response) {
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  if (!reader) return;
  let open = "";
  try {
    for (;;) {
      const { done, value } = await reader.read().catch(brokenOff);
      if (done) break;
      const lines = (open + value).split("\n");
      open = lines.pop() ?? "";
      yield* lines;
    }
    yield open;
  } finally {
    // Also runs when the caller leaves its loop: the server must not go on reading for nobody.
    await reader.cancel().catch(() => undefined);
  }
}

/**
 * @param {unknown} error
 * @returns {never}
 */
function brokenOff(error) {
  throw new LostError(error instanceof Error ? error.message : String(error));
}

/**
 * @param {string} text
 * @returns {LogLine & { error?: WireError } | null}
 */
function parsed(text) {
  try {
    const line = JSON.parse(text);
    return isRecord(line) ? /** @type {LogLine} */ (line) : null;
  } catch {
    return null;
  }
}

/**
 * @param {ContainerRef | ContainerRef[]} container
 * @param {Record<string, unknown>} options the queries
 * @returns {string} below /api/v1
 */
export function logPath(container, options) {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(options)) {
    if (value !== undefined) query.set(name, String(value));
  }
  if (!Array.isArray(container)) {
    return `containers/${encodeURIComponent(container.engine)}/${encodeURIComponent(container.id)}/logs?${query}`;
  }
  for (const { engine, id } of container) query.append("container", `${engine}/${id}`);
  return `logs?${query}`;
}

/**
 * @param {number} ms
 * @param {AbortSignal} [signal]
 * @returns {Promise<void>}
 */
function pause(ms, signal) {
  return new Promise((resolve) => {
    const timer = setTimeout(done, ms);
    signal?.addEventListener("abort", done, { once: true });
    function done() {
      clearTimeout(timer);
      signal?.removeEventListener("abort", done);
      resolve();
    }
  });
}
