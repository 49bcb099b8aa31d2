/** One container as a row. Drawn again only when this container, or what was asked of it, changed. */

import { html } from "htm/preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { computed } from "@preact/signals";
import { t } from "../lib/i18n.js";
import { sinceWords } from "../lib/status.js";
import { activityOf, forgetActivity } from "../state/activity.js";
import { now } from "../state/clock.js";
import { ContainerState } from "../ui/container-state.js";
import { ImageName, PortList } from "../ui/container-text.js";
import { memo } from "../ui/memo.js";
import { Figures } from "./figures.js";
import { RowActions } from "./row-actions.js";
import { RowNote } from "./row-note.js";

/**
 * @typedef {import("../client/types.js").Container} Container
 * @typedef {{
 *   container: Container, role: string | undefined, host: string | null,
 *   unconfirmed: string | null, open: boolean,
 * }} RowProps `unconfirmed` says since when this is only the last known state; null while it is true
 */

export const ContainerRow = memo(
  /** @param {RowProps} props */
  ({ container, role, host, unconfirmed, open }) => {
    const activity = activityOf(container).value;
    const pending = activity.phase === "pending" ? activity.offer.action : undefined;
    const noted = activity.phase !== "idle" && !pending;
    const changed = useChanged(container.state);
    useEffect(() => () => forgetActivity(container), [container.engine, container.id]);

    const classes = [
      "container",
      unconfirmed && "is-stale",
      open && "is-open",
      noted && "has-note",
      changed && "is-changed",
    ];
    return html`
      <tr
        role="row"
        class=${classes.filter(Boolean).join(" ")}
        data-testid="container"
        data-container=${container.id}
        data-name=${container.name}
        data-engine=${container.engine}
        data-state=${container.state}
        data-pending=${pending}
      >
        <td role="cell" class="state-cell">
          <${State} container=${container} unconfirmed=${unconfirmed} pending=${pending} />
        </td>
        <th role="rowheader" scope="row" class="name-cell">
          <span class="name">${container.name}</span>
          ${container.project && html`<span class="project">${container.project}</span>`}
        </th>
        <td role="cell" class="image-cell"><${ImageName} image=${container.image} /></td>
        <td role="cell" class="since-cell">
          <span class="since">${unconfirmed ?? html`<${Since} container=${container} />`}</span>
        </td>
        <${Figures} container=${container} />
        <td role="cell" class="ports-cell"><${PortList} ports=${container.ports} host=${host} /></td>
        <td role="cell" class="actions-cell">
          <${RowActions} container=${container} role=${role} pending=${pending} open=${open} />
        </td>
      </tr>
      ${noted && html`<${RowNote} container=${container} activity=${activity} />`}
    `;
  },
);

/** @param {{container: Container, unconfirmed: string | null, pending: string | undefined}} props */
function State({ container, unconfirmed, pending }) {
  if (!pending) return html`<${ContainerState} container=${container} confirmed=${unconfirmed === null} />`;
  return html`<span class="state"><span class="spinner" aria-hidden="true"></span>${t(`pending.${pending}`)}</span>`;
}

/**
 * The clock changes this text alone, and only when its words change.
 *
 * @param {{container: Container}} props
 */
function Since({ container }) {
  return useMemo(() => computed(() => sinceWords(container, now.value)), [container]);
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
