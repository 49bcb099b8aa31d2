/**
 * Numbers and times as text. Unknown is always the dash, never a zero.
 * Words come from the catalogue, so this file is language-free.
 */

import { currentLanguage, t } from "./i18n.js";

export const DASH = "–";

/** Between figure and unit: narrow, and never broken at a line's end. */
const GAP = "\u202f";

const BINARY_UNITS = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];
const MEBIBYTE = 1024 ** 2;
const DECIMAL_UNITS = ["B", "kB", "MB", "GB", "TB", "PB"];

/** @type {Map<string, Intl.NumberFormat>} made once: making one costs more than a hundred uses */
const formats = new Map();

/**
 * @param {number} value
 * @param {number} digits after the point
 */
function fixed(value, digits) {
  const key = `${currentLanguage()} ${digits}`;
  let format = formats.get(key);
  if (!format) {
    const fraction = { minimumFractionDigits: digits, maximumFractionDigits: digits };
    formats.set(key, (format = new Intl.NumberFormat(currentLanguage(), fraction)));
  }
  return format.format(value);
}

/**
 * The step on the unit ladder at which a figure reads best.
 *
 * @param {number} value
 * @param {number} base 1000 or 1024
 * @param {number} steps how many units there are
 */
function magnitude(value, base, steps) {
  let step = 0;
  // 999.5 would be written "1000": move on before rounding does it.
  while (value >= 999.5 && step < steps - 1) {
    value /= base;
    step += 1;
  }
  return step;
}

/**
 * @param {number} value already scaled
 * @param {number} step 0 means whole bytes
 */
function scaledDigits(value, step) {
  return step === 0 || value >= 99.95 ? 0 : 1;
}

/** @param {number | null | undefined} value 0 to 100 */
export function percent(value) {
  if (value == null) return DASH;
  return `${fixed(value, value < 9.95 ? 1 : 0)}${GAP}%`;
}

/** @param {number | null | undefined} value in bytes */
export function bytes(value) {
  return value == null ? DASH : withUnit(value, 1024, BINARY_UNITS);
}

/** @param {number | null | undefined} value in bytes per second */
export function rate(value) {
  return value == null ? DASH : `${withUnit(value, 1000, DECIMAL_UNITS)}/s`;
}

/**
 * @param {number} value
 * @param {number} base
 * @param {string[]} units
 */
function withUnit(value, base, units) {
  const step = magnitude(value, base, units.length);
  const scaled = value / base ** step;
  return `${fixed(scaled, scaledDigits(scaled, step))}${GAP}${units[step]}`;
}

/**
 * Both figures in the unit of the total, so that they can be compared by eye.
 *
 * @param {number | null | undefined} used
 * @param {number | null | undefined} total
 */
export function bytesOf(used, total) {
  if (used == null || total == null) return DASH;
  const step = magnitude(total, 1024, BINARY_UNITS.length);
  const scale = 1024 ** step;
  const digits = scaledDigits(total / scale, step);
  return `${fixed(used / scale, digits)} / ${fixed(total / scale, digits)}${GAP}${BINARY_UNITS[step]}`;
}

/**
 * In a unit that fits a scale, so that a figure keeps its unit while it moves.
 *
 * @param {number | null | undefined} value in bytes
 * @param {number} top of the scale
 */
export function bytesIn(value, top) {
  return value == null ? DASH : inUnitOf(value, top, 1024, BINARY_UNITS);
}

/**
 * @param {number | null | undefined} value in bytes per second
 * @param {number} top of the scale
 */
export function rateIn(value, top) {
  return value == null ? DASH : `${inUnitOf(value, top, 1000, DECIMAL_UNITS)}/s`;
}

/**
 * @param {number} value
 * @param {number} top
 * @param {number} base
 * @param {string[]} units
 */
function inUnitOf(value, top, base, units) {
  // An eighth of the scale still reads well: "340 kB/s" of 2 MB/s, not "0.3 MB/s".
  const step = magnitude(top / 8, base, units.length);
  const scale = base ** step;
  const digits = scaledDigits(top / scale, step);
  const least = 10 ** -digits;
  const isLittle = value > 0 && value / scale < least / 2;
  return `${isLittle ? `<${fixed(least, digits)}` : fixed(value / scale, digits)}${GAP}${units[step]}`;
}

/** @param {number} value a number of things, fractions of one included */
export function count(value) {
  return new Intl.NumberFormat(currentLanguage(), { maximumFractionDigits: 2 }).format(value);
}

/** @param {number} value a short time: "0.04 s", "12.0 s" */
export function seconds(value) {
  return t("duration.seconds", { n: fixed(value, value < 9.95 ? 2 : 1) });
}

/* In a column every figure has the same unit and as many digits after the point: so the longer
   one is the larger one, and a figure does not jump when it grows. */

/** @param {number | null | undefined} value 100 is one core */
export function cpuPercent(value) {
  return value == null ? DASH : `${fixed(value, 1)}${GAP}%`;
}

/** @param {number | null | undefined} value in bytes */
export function mebibytes(value) {
  return value == null ? DASH : `${whole(value / MEBIBYTE)}${GAP}MiB`;
}

/**
 * @param {number | null | undefined} used
 * @param {number} limit
 */
export function mebibytesOf(used, limit) {
  return used == null ? DASH : `${whole(used / MEBIBYTE)} / ${mebibytes(limit)}`;
}

/** @param {number | null | undefined} value in bytes per second */
export function kilobyteRate(value) {
  return value == null ? DASH : `${whole(value / 1000)}${GAP}kB/s`;
}

/**
 * Little is not nothing.
 *
 * @param {number} value
 */
function whole(value) {
  return value > 0 && value < 1 ? "<1" : fixed(value, 0);
}

/**
 * A duration in its largest unit: "12 s", "5 min", "3 h", "3 d".
 *
 * @param {number} seconds
 */
export function duration(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  if (whole < 60) return t("duration.seconds", { n: whole });
  if (whole < 3600) return t("duration.minutes", { n: Math.floor(whole / 60) });
  if (whole < 48 * 3600) return t("duration.hours", { n: Math.floor(whole / 3600) });
  return t("duration.days", { n: Math.floor(whole / 86400) });
}

/**
 * A moment in the reader's time zone: "12:03:10", with the date when it is not today's.
 *
 * @param {number} unixSeconds
 * @param {number} [nowSeconds]
 */
export function clockTime(unixSeconds, nowSeconds = Date.now() / 1000) {
  const then = new Date(unixSeconds * 1000);
  const time = [then.getHours(), then.getMinutes(), then.getSeconds()].map(twoDigits).join(":");
  if (then.toDateString() === new Date(nowSeconds * 1000).toDateString()) return time;
  const day = new Intl.DateTimeFormat(currentLanguage(), { day: "numeric", month: "short" }).format(then);
  return `${day} ${time}`;
}

/** @param {number} unixSeconds */
export function hourMinute(unixSeconds) {
  const then = new Date(unixSeconds * 1000);
  return [then.getHours(), then.getMinutes()].map(twoDigits).join(":");
}

/** @param {number} value */
function twoDigits(value) {
  return String(value).padStart(2, "0");
}
