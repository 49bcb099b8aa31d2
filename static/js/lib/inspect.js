/**
 * What an engine says of a container, as facts. Engines differ and lie: whatever is not of the
 * right kind is unknown. Counterpart: `views/panel-overview.js`, `views/panel-configuration.js`.
 */

/**
 * @typedef {Record<string, unknown>} Details as `docker inspect` has it
 * @typedef {{at: number | null, seconds: number | null, code: number | null, output: string}} Check
 * @typedef {{command: string, streak: number | null, checks: Check[]}} Health
 * @typedef {{type: string, from: string, to: string, readOnly: boolean}} Mount
 * @typedef {{name: string, addresses: string[], mac: string, aliases: string[]}} Network
 * @typedef {{name: string, value: string | null, isMasked: boolean}} EnvironmentEntry no value: only the name is set
 * @typedef {{cpus: number | null, cores: string, memory: number | null, pids: number | null}} Limits
 *   null: unknown, or Infinity: none
 */

/** What the server writes in place of a secret. Counterpart: `dockmon/domain/secrets.py`. */
export const MASK = "••••••";

const COMPOSE = "com.docker.compose.";

/**
 * @param {unknown} value
 * @param {...string} path
 * @returns {unknown}
 */
export function at(value, ...path) {
  for (const name of path) value = isRecord(value) && Object.hasOwn(value, name) ? value[name] : undefined;
  return value;
}

/** @param {unknown} value @returns {value is Record<string, unknown>} */
function isRecord(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** @param {unknown} value */
export function textOf(value) {
  return typeof value === "string" ? value : "";
}

/** @param {unknown} value */
function numberOf(value) {
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}

/** @param {unknown} value @returns {unknown[]} */
function listOf(value) {
  return Array.isArray(value) ? value : [];
}

/** @param {unknown} value @returns {string[]} */
export function textsOf(value) {
  return listOf(value).filter((one) => typeof one === "string");
}

/** @param {unknown} value @returns {[string, unknown][]} */
function entriesOf(value) {
  return isRecord(value) ? Object.entries(value) : [];
}

/**
 * Unix seconds. An engine writes "never" as the first day of the year 1.
 *
 * @param {unknown} value
 */
export function timeOf(value) {
  const ms = Date.parse(textOf(value));
  return ms > 0 ? ms / 1000 : null;
}

/**
 * @param {Details} details
 * @returns {Health | null} null without a health check
 */
export function healthOf(details) {
  const told = at(details, "State", "Health") ?? at(details, "State", "Healthcheck");
  const test = textsOf(at(details, "Config", "Healthcheck", "Test"));
  if (!isRecord(told) || (test[0] === "NONE" && listOf(told.Log).length === 0)) return null;
  return {
    command: test[0] === "CMD-SHELL" ? test.slice(1).join(" ") : commandLine(test.slice(1)),
    streak: numberOf(told.FailingStreak),
    checks: listOf(told.Log).map(checkOf).reverse(),
  };
}

/** @param {unknown} entry @returns {Check} */
function checkOf(entry) {
  const [start, end] = [timeOf(at(entry, "Start")), timeOf(at(entry, "End"))];
  return {
    at: end ?? start,
    seconds: start !== null && end !== null && end >= start ? end - start : null,
    code: numberOf(at(entry, "ExitCode")),
    output: textOf(at(entry, "Output")),
  };
}

/** @param {Details} details @returns {Limits} */
export function limitsOf(details) {
  const host = at(details, "HostConfig");
  return {
    cpus: cpusOf(host),
    cores: textOf(at(host, "CpusetCpus")),
    memory: limit(at(host, "Memory")),
    pids: limit(at(host, "PidsLimit"), isRecord(host) && Object.hasOwn(host, "PidsLimit")),
  };
}

/** @param {unknown} host */
function cpusOf(host) {
  const nano = numberOf(at(host, "NanoCpus"));
  if (nano) return nano / 1e9;
  const quota = numberOf(at(host, "CpuQuota"));
  if (quota && quota > 0) return quota / (numberOf(at(host, "CpuPeriod")) || 100_000);
  return nano === null && quota === null ? null : Infinity;
}

/**
 * @param {unknown} value 0, -1 and an explicit null are how engines write "none"
 * @param {boolean} [nullIsNone]
 */
function limit(value, nullIsNone = false) {
  if (typeof value !== "number") return nullIsNone ? Infinity : null;
  return value > 0 ? value : Infinity;
}

/** @param {Details} details @returns {Mount[]} */
export function mountsOf(details) {
  const mounts = listOf(at(details, "Mounts")).map((mount) => ({
    type: textOf(at(mount, "Type")),
    // A volume's path on the machine says less than its name.
    from: textOf(at(mount, "Name")) || textOf(at(mount, "Source")),
    to: textOf(at(mount, "Destination")),
    readOnly: at(mount, "RW") === false,
  }));
  const temporary = entriesOf(at(details, "HostConfig", "Tmpfs")).map(([to, options]) => ({
    type: "tmpfs",
    from: textOf(options),
    to,
    readOnly: false,
  }));
  return [...mounts, ...temporary].sort((a, b) => compare(a.to, b.to));
}

/** @param {Details} details @returns {Network[]} */
export function networksOf(details) {
  return entriesOf(at(details, "NetworkSettings", "Networks"))
    .map(([name, told]) => ({
      name,
      addresses: [textOf(at(told, "IPAddress")), textOf(at(told, "GlobalIPv6Address"))].filter(Boolean),
      mac: textOf(at(told, "MacAddress")),
      aliases: [...new Set([...textsOf(at(told, "Aliases")), ...textsOf(at(told, "DNSNames"))])],
    }))
    .sort((a, b) => compare(a.name, b.name));
}

/**
 * The container whose network it shares.
 *
 * @param {Details} details
 */
export function sharedNetworkOf(details) {
  return /^container:(.+)$/.exec(textOf(at(details, "HostConfig", "NetworkMode")))?.[1] ?? null;
}

/**
 * @param {Details} details
 * @returns {EnvironmentEntry[]}
 */
export function environmentOf(details) {
  return textsOf(at(details, "Config", "Env")).map((entry) => {
    const cut = entry.indexOf("=");
    if (cut < 0) return { name: entry, value: null, isMasked: false };
    const value = entry.slice(cut + 1);
    return { name: entry.slice(0, cut), value, isMasked: value === MASK };
  });
}

/**
 * What Compose writes for itself is told apart from what people wrote.
 *
 * @param {Details} details
 * @returns {{own: [string, string][], compose: [string, string][]}} sorted by key
 */
export function labelsOf(details) {
  const all = entriesOf(at(details, "Config", "Labels"))
    .map(([key, value]) => /** @type {[string, string]} */ ([key, textOf(value)]))
    .sort((a, b) => compare(a[0], b[0]));
  return {
    own: all.filter(([key]) => !key.startsWith(COMPOSE)),
    compose: all.filter(([key]) => key.startsWith(COMPOSE)),
  };
}

/** @param {string} a @param {string} b */
function compare(a, b) {
  return a < b ? -1 : Number(a > b);
}

/**
 * Arguments as they could be typed into a shell.
 *
 * @param {string[]} words
 */
export function commandLine(words) {
  return words.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`)).join(" ");
}
