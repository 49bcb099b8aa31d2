/** The panel with one container's log. Counterpart: `state/tail.js`, which fetches it. */

import { html } from "htm/preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { errorWords } from "../lib/errors.js";
import { t } from "../lib/i18n.js";
import { recall, remember } from "../lib/storage.js";
import { exitWords } from "../lib/status.js";
import { containerOf, engines } from "../state/live.js";
import { closePanel } from "../state/page.js";
import { LINES_KEPT, Tail } from "../state/tail.js";
import { ContainerState } from "../ui/container-state.js";
import { IconButton } from "../ui/icon-button.js";
import { LogLines } from "./log-lines.js";

/**
 * Keyed by container in the dashboard, so that one panel has one tail.
 *
 * @param {{engine: string, id: string}} props
 */
export function LogPanel({ engine, id }) {
  const [tail, setTail] = useState(/** @type {Tail | null} */ (null));
  const [wrapped, setWrapped] = useRemembered("logs.wrap");
  const [stamped, setStamped] = useRemembered("logs.timestamps");
  const heading = useRef(/** @type {HTMLElement | null} */ (null));
  const container = containerOf({ engine, id });

  useEffect(() => {
    const opener = document.activeElement;
    heading.current?.focus();
    const opened = new Tail({ engine, id });
    setTail(opened);
    return () => {
      opened.close();
      if (opener instanceof HTMLElement && opener.isConnected) opener.focus({ preventScroll: true });
    };
  }, []);

  const name = container?.name ?? id.slice(0, 12);
  return html`<aside class="panel" data-testid="logs" aria-label=${t("logs.label", { name })}>
    <div class="panel-head">
      <h2 tabindex="-1" ref=${heading}>${name}</h2>
      ${container && html`<${ContainerState} container=${container} confirmed=${!isStale(engine)} />`}
      <span class="spacer"></span>
      <${Toggle} pressed=${stamped} onPress=${setStamped} label=${t("logs.timestamps")} />
      <${Toggle} pressed=${wrapped} onPress=${setWrapped} label=${t("logs.wrap")} />
      <${IconButton} icon="close" label=${t("logs.close")} onClick=${closePanel} />
    </div>
    ${tail && html`<${LogLines} tail=${tail} wrapped=${wrapped} stamped=${stamped} />`}
    ${tail && html`<${TailState} tail=${tail} engine=${engine} id=${id} />`}
  </aside>`;
}

/** @param {string} name */
function isStale(name) {
  return engines.value.some(({ engine, stale }) => engine === name && stale);
}

/** @param {{pressed: boolean, onPress: (pressed: boolean) => void, label: string}} props */
function Toggle({ pressed, onPress, label }) {
  return html`<button type="button" class="button" aria-pressed=${pressed} onClick=${() => onPress(!pressed)}>
    ${label}
  </button>`;
}

/** @param {{tail: Tail, engine: string, id: string}} props */
function TailState({ tail, engine, id }) {
  const phase = tail.phase.value;
  const trimmed = tail.count.value > LINES_KEPT ? t("logs.trimmed", { n: LINES_KEPT }) : "";
  return html`<div class="log-state" role="status" data-phase=${phase}>
    <span>${phaseWords(tail, engine, id)}</span>
    <span class="spacer"></span>
    <span>${trimmed}</span>
  </div>`;
}

/** @param {Tail} tail @param {string} engine @param {string} id */
function phaseWords(tail, engine, id) {
  const phase = tail.phase.value;
  if (phase === "refused") return errorWords(tail.error.value);
  if (phase !== "ended") return t(`logs.${phase}`);
  const container = containerOf({ engine, id });
  const why = container?.state === "exited" ? exitWords(container) : "";
  return why ? t("logs.ended_with", { why }) : t("logs.ended");
}

/**
 * A switch that is as it was left.
 *
 * @param {string} name
 * @returns {[boolean, (value: boolean) => void]}
 */
function useRemembered(name) {
  const [value, setValue] = useState(() => recall(name) === "yes");
  return [
    value,
    (next) => {
      remember(name, next ? "yes" : "no");
      setValue(next);
    },
  ];
}
