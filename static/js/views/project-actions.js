/** The buttons of a project's row: each acts on those of its containers whose state fits. */

import { html } from "htm/preact";
import { useRef } from "preact/hooks";
import { tn, t } from "../lib/i18n.js";
import { projectLogsHref } from "../lib/route.js";
import { offersOfMany } from "../lib/rules.js";
import { visibleText } from "../lib/visible-text.js";
import { areAllUnderWay, pressMany } from "../state/bulk.js";
import { role } from "../state/session.js";
import { IconButton } from "../ui/icon-button.js";
import { Icon } from "../ui/icons.js";
import { useKeptFocus } from "../ui/kept-focus.js";
import { singlePress } from "../ui/single-press.js";

/** @typedef {import("../client/types.js").Container} Container */

const OFFERED = ["start", "restart", "stop"];

/** @param {{engine: string, project: string, containers: readonly Container[]}} props */
export function ProjectActions({ engine, project, containers }) {
  const box = useRef(/** @type {HTMLElement | null} */ (null));
  useKeptFocus(box, "#fleet");
  const all = offersOfMany(role.value, containers).filter(({ offer }) => OFFERED.includes(offer.action));
  const name = visibleText(project);
  const label = t("bulk.project_logs", { project: name });
  return html`<div class="actions" ref=${box} ...${singlePress}>
    ${all.map(
      ({ offer, fitting }) => html`<${IconButton}
        key=${offer.action}
        icon=${offer.action}
        label=${tn(`bulk.project.${offer.action}`, fitting.length, { project: name })}
        data-action=${offer.action}
        disabled=${areAllUnderWay(fitting)}
        onClick=${() => pressMany({ offer, containers: fitting, project })}
      />`,
    )}
    <a class="icon-button" href=${projectLogsHref(engine, project)} aria-label=${label} title=${label} data-action="logs">
      <${Icon} name="logs" />
    </a>
  </div>`;
}
