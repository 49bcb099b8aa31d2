/** One container as a row. Drawn again only when this container, or what was asked of it, changed. */

import { html } from "htm/preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { computed } from "@preact/signals";
import { rowKey } from "../lib/arrange.js";
import { t } from "../lib/i18n.js";
import { containerHref } from "../lib/route.js";
import { isAlive, stateMark } from "../lib/status.js";
import { visibleText } from "../lib/visible-text.js";
import { activityOf, underWay } from "../state/activity.js";
import { cursor } from "../state/cursor.js";
import { figuresOf, oldnessOf } from "../state/figures.js";
import { memo } from "../ui/memo.js";
import { OutcomeMark } from "../ui/outcome-mark.js";
import { StateMark } from "../ui/state-mark.js";
import { Cell } from "./cells.js";
import { RowActions } from "./row-actions.js";
import { RowNote, isNoted } from "./row-note.js";
import { SelectBox } from "./select-box.js";

/**
 * @typedef {import("../client/types.js").Container} Container
 * @typedef {{
 *   container: Container, isMember: boolean, layout: import("../lib/columns.js").Layout,
 *   role: string | undefined, host: string | null, unconfirmed: string | null, open: boolean, index: number,
 * }} RowProps `isMember`: below its project's head; `unconfirmed` says since when this is only the last
 *   known state, and is null while it is true
 */

export const ContainerRow = memo(
  /** @param {RowProps} props */
  ({ container, isMember, layout, role, host, unconfirmed, open, index }) => {
    const activity = activityOf(container).value;
    const pending = underWay(activity);
    const isWaiting = activity.phase === "waiting";
    const noted = isNoted(activity);
    const changed = useChanged(container.state);
    const key = rowKey(container);
    const isAtCursor = useMemo(() => computed(() => cursor.value === key), [key]).value;
    const isNow = isAlive(container);
    const figures = useMemo(() => figuresOf(container, isNow), [key, isNow]);

    const classes = [
      "container",
      isMember && "is-member",
      unconfirmed && "is-stale",
      open && "is-open",
      noted && "has-note",
      changed && "is-changed",
      isAtCursor && "is-cursor",
      oldnessOf(container.engine).value && "has-old-figures",
    ];
    return html`
      <tr
        role="row"
        aria-rowindex=${index}
        aria-current=${isAtCursor ? "true" : undefined}
        class=${classes.filter(Boolean).join(" ")}
        data-key=${key}
        data-held=${activity.phase === "asking" ? "" : undefined}
        data-testid="container"
        data-container=${container.id}
        data-name=${container.name}
        data-engine=${container.engine}
        data-state=${container.state}
        data-pending=${pending}
      >
        <td role="cell" class="select-cell"><${SelectBox} container=${container} /></td>
        <th role="rowheader" scope="row" class="name-cell">
          <${Mark} container=${container} isConfirmed=${unconfirmed === null} isPending=${pending !== undefined} isWaiting=${isWaiting} />
          <a class="name" href=${containerHref(container)} data-row-link aria-current=${open ? "true" : undefined}>
            <${Name} container=${container} isMember=${isMember} />
          </a>
          ${!isMember && container.project && html`<span class="project">${visibleText(container.project)}</span>`}
        </th>
        ${layout.columns.map(
          (column) =>
            column !== "name" &&
            html`<${Cell}
              key=${column}
              column=${column}
              container=${container}
              host=${host}
              figures=${figures}
              hasLines=${layout.hasLines}
              words=${{ unconfirmed, pending: pending && (isWaiting ? t("pending.waiting") : t(`pending.${pending}`)) }}
            />`,
        )}
        <td role="cell" class="actions-cell">
          <${RowActions} container=${container} role=${role} pending=${pending} open=${open} />
        </td>
      </tr>
      ${noted && html`<${RowNote} container=${container} activity=${activity} />`}
    `;
  },
);

/**
 * Below its project's head the name's beginning says nothing new: it is what may be cut.
 *
 * @param {{container: Container, isMember: boolean}} props
 */
function Name({ container: { name, project }, isMember }) {
  const prefix = isMember && name.startsWith(`${project}-`) ? `${project}-` : "";
  return html`<span class="name-prefix">${visibleText(prefix)}</span><span class="name-own">${visibleText(name.slice(prefix.length))}</span>`;
}

/** @param {{container: Container, isConfirmed: boolean, isPending: boolean, isWaiting: boolean}} props */
function Mark({ container, isConfirmed, isPending, isWaiting }) {
  if (isPending) return html`<${OutcomeMark} kind=${isWaiting ? "waiting" : "pending"} />`;
  const { shape, tone } = stateMark(container);
  return html`<${StateMark} shape=${isConfirmed ? shape : "unconfirmed"} tone=${isConfirmed ? tone : "quiet"} />`;
}

const TINT_MS = 600;

/**
 * True for a moment after the state changed: the row tints, nothing moves.
 *
 * @param {string} state
 */
function useChanged(state) {
  const before = useRef(state);
  const [changed, setChanged] = useState(false);
  useEffect(() => {
    if (before.current === state) return;
    before.current = state;
    setChanged(true);
    const timer = setTimeout(() => setChanged(false), TINT_MS);
    return () => clearTimeout(timer);
  }, [state]);
  return changed;
}
