/** The buttons of a row: what this role may do in this state, logs, and the rest behind "more". */

import { html } from "htm/preact";
import { useEffect, useRef } from "preact/hooks";
import { t } from "../lib/i18n.js";
import { containerHref } from "../lib/route.js";
import { isDestructive, offerKey, offers, splitOffers } from "../lib/rules.js";
import { press } from "../state/activity.js";
import { IconButton } from "../ui/icon-button.js";
import { Icon } from "../ui/icons.js";
import { Menu } from "../ui/menu.js";
import { singlePress } from "../ui/single-press.js";

/**
 * @typedef {import("../client/types.js").Container} Container
 * @typedef {import("../lib/rules.js").Offer} Offer
 */

/** @param {{container: Container, role: string | undefined, pending: string | undefined, open: boolean}} props */
export function RowActions({ container, role, pending, open }) {
  const { row, menu } = splitOffers(offers(role, container.state));
  const disabled = pending !== undefined;
  const box = useRef(/** @type {HTMLElement | null} */ (null));
  const byKeyboard = useRef(false);
  // A button that is switched off or replaced drops the focus; the keyboard goes on beside it.
  useEffect(() => {
    if (!byKeyboard.current || document.activeElement !== document.body) return;
    const next = box.current?.querySelector("button:not(:disabled), a");
    if (next instanceof HTMLElement) next.focus({ preventScroll: true });
  }, [pending, container.state]);
  return html`<div
    class="actions"
    ref=${box}
    onClick=${(/** @type {MouseEvent} */ event) => (byKeyboard.current = event.detail === 0)}
    ...${singlePress}
  >
    ${row.map(
      (offer) =>
        html`<${IconButton}
          key=${offer.action}
          icon=${offer.action}
          label=${offerName(offer, container)}
          data-action=${offer.action}
          disabled=${disabled}
          onClick=${() => press(container, offer)}
        />`,
    )}
    <${LogsLink} container=${container} open=${open} />
    ${menu.length > 0 &&
    html`<${Menu}
      label=${t("action.more", { name: container.name })}
      items=${menu.map((offer) => menuItem(container, offer))}
      disabled=${disabled}
      data=${{ "data-action": "more" }}
    >
      <${Icon} name="more" />
    <//>`}
  </div>`;
}

/** @param {{container: Container, open: boolean}} props */
function LogsLink({ container, open }) {
  const label = t("action.logs", { name: container.name });
  return html`<a
    class="icon-button"
    href=${containerHref(container, "logs")}
    aria-label=${label}
    title=${label}
    aria-current=${open ? "true" : undefined}
    data-action="logs"
  >
    <${Icon} name="logs" />
  </a>`;
}

/**
 * @param {Container} container
 * @param {Offer} offer
 * @returns {import("../ui/menu.js").MenuItem}
 */
function menuItem(container, offer) {
  return {
    label: t(`action.short.${offerKey(offer)}`),
    name: offerName(offer, container),
    icon: offer.action,
    danger: isDestructive(offer.action),
    run: () => press(container, offer),
    data: { "data-action": offer.action },
  };
}

/** Without the dots that say it is asked back: they come last. @param {Offer} offer */
export function plainName(offer) {
  return t(`action.short.${offerKey(offer)}`).replace("…", "");
}

/** @param {Offer} offer @param {Container} container */
export function offerName(offer, { name }) {
  return t(`action.${offerKey(offer)}`, { name });
}
