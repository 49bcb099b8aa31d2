/** The bar: name, filter, where the data comes from, language, theme, user. */

import { html } from "htm/preact";
import { t } from "../lib/i18n.js";
import { openHelp, openPalette } from "../state/overlay.js";
import { session, signOut } from "../state/session.js";
import { filterText } from "../state/table.js";
import { nextTheme, theme } from "../state/theme.js";
import { IconButton } from "../ui/icon-button.js";
import { Icon } from "../ui/icons.js";
import { Menu } from "../ui/menu.js";
import { Brand } from "./brand.js";
import { Connection } from "./connection.js";
import { LanguageButton } from "./language-button.js";

export function Header() {
  return html`<header class="bar">
    <${Brand} />
    <${FilterBox} />
    <span class="spacer"></span>
    <${Connection} />
    <${LanguageButton} />
    <${ThemeButton} />
    <${UserMenu} />
  </header>`;
}

function FilterBox() {
  const text = filterText.value;
  /** @param {KeyboardEvent & {currentTarget: HTMLInputElement}} event */
  const onKeyDown = (event) => {
    // What is being composed is dropped first, by the input method.
    if (event.key !== "Escape" || event.isComposing) return;
    if (text) filterText.value = "";
    else event.currentTarget.blur();
  };
  return html`<div class="filter" role="search" aria-label=${t("filter.label")}>
    <${Icon} name="search" size=${14} />
    <input
      type="search"
      data-filter
      aria-label=${t("filter.label")}
      placeholder=${t("filter.placeholder")}
      spellcheck=${false}
      autocomplete="off"
      autocapitalize="none"
      value=${text}
      onInput=${(/** @type {{currentTarget: HTMLInputElement}} */ event) => (filterText.value = event.currentTarget.value)}
      onKeyDown=${onKeyDown}
    />
    ${text
      ? html`<${IconButton} icon="close" label=${t("filter.clear")} onClick=${clearFilter} />`
      : html`<kbd aria-hidden="true">/</kbd>`}
  </div>`;
}

/** Its button goes with the filter: the keyboard goes on in the field. */
export function clearFilter() {
  filterText.value = "";
  /** @type {HTMLElement | null} */ (document.querySelector("[data-filter]"))?.focus();
}

function ThemeButton() {
  const label = t("theme.label", { theme: t(`theme.${theme.value}`) });
  return html`<${IconButton} icon=${theme.value} label=${label} data-theme-choice=${theme.value} onClick=${nextTheme} />`;
}

function UserMenu() {
  const current = session.value;
  if (current.phase !== "signed-in") return null;
  const { username, role } = current.user;
  return html`<${Menu}
    label=${t("user.menu", { username })}
    className="button plain"
    items=${[
      { label: t("palette.title"), icon: "command", run: () => openPalette(null) },
      { label: t("keys.title"), icon: "help", run: openHelp },
      { label: t("user.sign_out"), icon: "signout", run: signOut, data: { "data-action": "sign-out" } },
    ]}
    note=${html`<div class="menu-note"><strong>${username}</strong><br /><span class="muted">${t(`role.${role}`)}</span></div>`}
    data=${{ "data-testid": "user-menu" }}
  >
    <${Icon} name="user" size=${14} /><span class="user-name">${username}</span><${Icon} name="down" size=${12} />
  <//>`;
}
