/** One line of a log. Counterpart: `lib/log-line.js`, which reads it. */

import { html } from "htm/preact";
import { bytes } from "../lib/format.js";
import { t, tn } from "../lib/i18n.js";
import { cssOf } from "../lib/log-colours.js";
import { readLine } from "../lib/log-line.js";
import { piecesOf } from "../lib/log-pieces.js";
import { fullTime, logTime } from "../lib/log-time.js";
import { memo } from "../ui/memo.js";

/**
 * @typedef {import("../state/log-book.js").HeldLine} HeldLine
 * @typedef {import("../lib/log-line.js").ShownLine} ShownLine
 * @typedef {object} RowProps
 * @property {HeldLine} line
 * @property {number[] | null} ranges what the search found in it
 * @property {boolean} isCurrent
 * @property {boolean} isOpened
 * @property {import("../state/log-options.js").Times} zone
 * @property {string} today
 * @property {{name: string, ink: string} | null} label
 * @property {(seq: number) => void} onToggle
 */

/** A line of 100 KB is one screen wide, until somebody wants all of it. */
export const CLAMP_CHARS = 2000;

/** Told by their shape, too. */
const MARKS = { trace: "", debug: "", info: "", warn: "▲", error: "✕", fatal: "✖" };

export const LogRow = memo(
  /** @param {RowProps} props */
  ({ line, ranges, isCurrent, isOpened, zone, today, label, onToggle }) => {
    const shown = readLine(line.text, isOpened ? Infinity : CLAMP_CHARS);
    const { seq, stream, timestamp } = line;
    return html`<div
      class="log-line is-${stream} ${shown.level ? `is-${shown.level}` : ""} ${isCurrent ? "is-current" : ""}"
      data-testid="log-line"
      data-stream=${stream}
      data-level=${shown.level ?? undefined}
      data-seq=${seq}
    >
      ${label && html`<span class="log-name" title=${label.name} style=${{ color: label.ink }}>${label.name}</span>`}
      ${zone !== "off" && html`<time title=${fullTime(timestamp)}>${logTime(timestamp, zone, today)}</time>`}
      <span class="log-mark"><${Mark} stream=${stream} level=${shown.level} /></span>
      ${shown.fields > 0 &&
      html`<${Fold} shown=${shown} ranges=${ranges} isOpened=${isOpened} onPress=${() => onToggle(seq)} />`}
      <${Text} shown=${shown} ranges=${ranges} isOpened=${isOpened} onToggle=${() => onToggle(seq)} />
    </div>`;
  },
);

/** @param {{stream: string, level: ShownLine["level"]}} props */
function Mark({ stream, level }) {
  const said = [stream === "stderr" ? t("logs.stderr") : "", level ? t(`logs.level.${level}`) : ""].filter(Boolean);
  if (said.length === 0) return null;
  return html`<span class="sr">${`${said.join(", ")}: `}</span>
    <span aria-hidden="true" title=${said.join(", ")}>${level ? MARKS[level] : ""}</span>`;
}

/** @param {{shown: ShownLine, ranges: number[] | null, isOpened: boolean, onPress: () => void}} props */
function Fold({ shown, ranges, isOpened, onPress }) {
  const label = tn(isOpened ? "logs.hide_fields" : "logs.show_fields", shown.fields);
  const isHit = isFoundBehind(ranges, shown.head);
  return html`<button
    type="button"
    class="log-fold ${isHit && !isOpened ? "is-hit" : ""}"
    aria-expanded=${isOpened}
    aria-label=${label}
    title=${label}
    onClick=${onPress}
  >
    ${isOpened ? "−" : "+"}${shown.fields}
  </button>`;
}

/** @param {{shown: ShownLine, ranges: number[] | null, isOpened: boolean, onToggle: () => void}} props */
function Text({ shown, ranges, isOpened, onToggle }) {
  const { text, head, full, spans, fields } = shown;
  const isClamped = head > CLAMP_CHARS && !isOpened;
  const end = isClamped ? CLAMP_CHARS : head;
  return html`<span class="log-text"
    ><bdi><${Pieces} pieces=${piecesOf(text, 0, end, spans, ranges)} /></bdi
    >${isClamped &&
    html`<button type="button" class="log-all ${isFoundBehind(ranges, end) ? "is-hit" : ""}" onClick=${onToggle}>
      ${t("logs.show_all", { size: bytes(full) })}
    </button>`}${isOpened &&
    fields > 0 &&
    html`<span class="log-fields"><${Pieces} pieces=${piecesOf(text, head + 1, text.length, [], ranges)} /></span>`}</span
  >`;
}

/** Whether something was found where it is not shown. @param {number[] | null} ranges @param {number} place */
function isFoundBehind(ranges, place) {
  return ranges?.some((edge, at) => at % 2 === 1 && edge > place) ?? false;
}

/** @param {{pieces: import("../lib/log-pieces.js").Piece[]}} props */
function Pieces({ pieces }) {
  return pieces.map(({ text, style, isMatch }) => {
    const css = style ? cssOf(style) : undefined;
    if (isMatch) return html`<mark style=${css}>${text}</mark>`;
    return css ? html`<span style=${css}>${text}</span>` : text;
  });
}
