/** The lines themselves: kept at the end until the reader scrolls away from it. */

import { html } from "htm/preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { logTime } from "../lib/format.js";
import { t, tn } from "../lib/i18n.js";
import { memo } from "../ui/memo.js";

/** Closer than this counts as the end: fractions of a pixel, and a nudge of the wheel. */
const END_PX = 24;

/** Phases in which no line means that none was written. */
const SILENT = new Set(["following", "ended"]);

/** @param {{tail: import("../state/tail.js").Tail, wrapped: boolean, stamped: boolean}} props */
export function LogLines({ tail, wrapped, stamped }) {
  const scroller = useRef(/** @type {HTMLElement | null} */ (null));
  /** How many lines there were when the reader left the end; null at the end. */
  const [leftAt, setLeftAt] = useState(/** @type {number | null} */ (null));
  const blocks = tail.blocks.value;
  const count = tail.count.value;

  useLayoutEffect(() => {
    if (leftAt === null) toEnd(scroller.current);
  }, [blocks, wrapped, stamped, leftAt]);

  const onScroll = () => {
    const box = scroller.current;
    if (!box) return;
    const atEnd = box.scrollHeight - box.scrollTop - box.clientHeight < END_PX;
    setLeftAt((left) => (atEnd ? null : (left ?? tail.count.peek())));
  };
  const fresh = leftAt === null ? 0 : count - leftAt;

  return html`<div class="log-body">
    <div
      class="log-scroll ${wrapped ? "is-wrapped" : ""}"
      ref=${scroller}
      onScroll=${onScroll}
      tabindex="0"
      role="log"
      aria-live="off"
      aria-label=${t("logs.lines")}
    >
      <div class="log-lines">
        ${blocks.map((block) => html`<${Block} key=${block.id} block=${block} stamped=${stamped} />`)}
      </div>
      ${count === 0 && SILENT.has(tail.phase.value) && html`<p class="log-note">${t("logs.empty")}</p>`}
    </div>
    ${leftAt !== null &&
    html`<div class="log-jump">
      <button type="button" class="button" data-action="log-end" onClick=${() => setLeftAt(null)}>
        ${fresh > 0 ? tn("logs.new_lines", fresh) : t("logs.to_end")}
      </button>
    </div>`}
  </div>`;
}

/** @param {HTMLElement | null} box */
function toEnd(box) {
  if (box) box.scrollTop = box.scrollHeight;
}

/**
 * @typedef {import("../state/tail.js").Line} Line
 * @typedef {import("../lib/line-buffer.js").Block<Line>} LineBlock
 */

const Block = memo(
  /** @param {{block: LineBlock, stamped: boolean}} props */
  ({ block, stamped }) => html`<div>${block.lines.map((line) => html`<${LogRow} line=${line} stamped=${stamped} />`)}</div>`,
);

/** @param {{line: Line, stamped: boolean}} props */
function LogRow({ line, stamped }) {
  const error = line.stream === "stderr";
  return html`<div class="log-line ${error ? "is-stderr" : ""}" data-testid="log-line" data-stream=${line.stream}>
    ${stamped && html`<time>${logTime(line.timestamp)}</time>`}
    <span>${error && html`<span class="sr">${t("logs.stderr")}</span>`}${line.text}</span>
  </div>`;
}
