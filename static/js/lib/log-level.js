/**
 * How serious a line says it is. Read from its beginning only: further on, "error" is mostly a
 * word of the message. A line that says nothing has no level; none is guessed from stderr.
 */

/** @typedef {"trace" | "debug" | "info" | "warn" | "error" | "fatal"} Level */

/** @type {readonly Level[]} from the least to the most serious */
export const LEVELS = ["trace", "debug", "info", "warn", "error", "fatal"];

/** @type {Record<Level, string>} what they are called by programs, without case */
const NAMES = {
  trace: "trace|trce|trc|verbose|finest",
  debug: "debug|dbug|dbg|fine",
  info: "info|information|informational|inf|notice|log",
  warn: "warn|warning|wrn",
  error: "error|err|eror|severe|fail|failed",
  fatal: "fatal|ftl|critical|crit|crt|panic|alert|emerg|emergency",
};

/** @type {Map<string, Level>} */
const BY_NAME = new Map(LEVELS.flatMap((level) => NAMES[level].split("|").map((name) => [name, level])));
const ANY = [...BY_NAME.keys()].join("|");
/** In capitals it is hardly ever a word of the sentence. */
const CAPITALS = ANY.toUpperCase();

const HEAD = 120;
const KLOG = /^([IWEF])\d{4} \d\d:\d\d:\d\d/;
const SYSLOG = /^<(\d{1,3})>/;
/** logfmt, and whatever else writes `level=`. */
const PAIR = new RegExp(`(?:^|[\\s,{])(?:level|lvl|severity|loglevel)\\s?[=:]\\s?["']?(${ANY})\\b`, "i");
/** `[warn]`, `<error>`, `[core:error]`, with or without a time before it. */
const BRACKETED = new RegExp(`[[<(](?:[\\w.-]{1,20}:)?\\s?(${ANY})\\s?[\\])>]`, "i");
const CAPITAL = new RegExp(`(?:^|[\\s|[(<:])(${CAPITALS})(?=$|[\\s|\\]):>,-])`);
/** `warn: ` at the very beginning, or behind a time. */
const FIRST = new RegExp(`^(?:[\\d\\s:.,TZ+/-]{8,40}\\s)?(${ANY})(?=:\\s|:$|\\s-\\s|\\s\\|)`, "i");

/** @type {Record<string, Level>} */
const KLOG_LEVELS = { I: "info", W: "warn", E: "error", F: "fatal" };
/** @type {readonly Level[]} of syslog's severities, 0 to 7 */
const SYSLOG_LEVELS = ["fatal", "fatal", "fatal", "error", "warn", "info", "info", "debug"];

/**
 * @param {string} text a line without its colours
 * @returns {Level | null}
 */
export function levelOf(text) {
  const head = text.slice(0, HEAD);
  const klog = KLOG.exec(head);
  if (klog) return KLOG_LEVELS[klog[1]];
  const syslog = SYSLOG.exec(head);
  if (syslog && Number(syslog[1]) < 192) return SYSLOG_LEVELS[Number(syslog[1]) % 8];
  const named = PAIR.exec(head) ?? BRACKETED.exec(head) ?? FIRST.exec(head) ?? CAPITAL.exec(head);
  return named ? levelNamed(named[1]) : null;
}

/**
 * What a field called "level" says: a name, pino's and bunyan's numbers, or syslog's.
 *
 * @param {unknown} value
 * @returns {Level | null}
 */
export function levelNamed(value) {
  if (typeof value === "string" && /^\d{1,2}$/.test(value)) return numbered(Number(value));
  if (typeof value === "string") return BY_NAME.get(value.trim().toLowerCase()) ?? null;
  return typeof value === "number" ? numbered(value) : null;
}

/** @param {number} value @returns {Level | null} */
function numbered(value) {
  if (!Number.isInteger(value) || value < 0 || value > 69) return null;
  return value < 8 ? SYSLOG_LEVELS[value] : value < 10 ? null : LEVELS[Math.floor(value / 10) - 1];
}
