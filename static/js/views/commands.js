/** What the palette offers. Counterparts: `palette.js`; `shortcuts.js`, for those that have keys. */

import { counts } from "../lib/counts.js";
import { currentLanguage, t, tn } from "../lib/i18n.js";
import { TABS, containerHref } from "../lib/route.js";
import { isDestructive, offerKey, offers } from "../lib/rules.js";
import { stateMark } from "../lib/status.js";
import { visibleText } from "../lib/visible-text.js";
import { press } from "../state/activity.js";
import { chooseLanguage, languages, nameOf } from "../state/language.js";
import { containers, engines } from "../state/live.js";
import { openHelp } from "../state/overlay.js";
import { open } from "../state/page.js";
import { role, signOut } from "../state/session.js";
import { filterText, toggleFilter } from "../state/table.js";
import { THEMES, chooseTheme, theme } from "../state/theme.js";

/**
 * @typedef {import("../client/types.js").Container} Container
 * @typedef {{key: string, label: string, hint: string, icon: string, run: () => void, isFar?: boolean}} Command
 *   `isFar`: comes behind all others, and only where something is typed: a name and Enter must not stop anything
 */

/**
 * In the order in which they stand there before a letter is typed.
 *
 * @param {Container | null} container the one that was meant when the palette was opened
 * @returns {Command[]}
 */
export function commands(container) {
  const byName = containers.peek().toSorted((a, b) => a.name.localeCompare(b.name));
  const others = byName.map((one) => ({ ...toContainer(one), key: `${one.engine}/${one.id}` }));
  const near = container ? [...actionsOn(container), ...tabsOf(container)] : [];
  const far = byName.filter((one) => one !== container).flatMap(farActionsOn);
  return [...near, ...filters(), ...general(), ...others, ...far];
}

/** @param {Container} container @returns {Command[]} */
function farActionsOn(container) {
  const { hint: where } = toContainer(container);
  return actionsOn(container).map((command) => ({
    ...command,
    key: `${command.key} ${container.engine}/${container.id}`,
    hint: [where, command.hint].filter(Boolean).join(" · "),
    isFar: true,
  }));
}

/** @param {Container} container @returns {Command[]} */
function actionsOn(container) {
  return offers(role.peek(), container.state).map((offer) => ({
    key: offerKey(offer),
    label: t(`action.${offerKey(offer)}`, { name: container.name }),
    hint: isDestructive(offer.action) ? t("palette.asks") : "",
    icon: offer.action,
    run: () => press(container, offer),
  }));
}

/** @param {Container} container @returns {Command[]} */
function tabsOf(container) {
  return TABS.map((tab) => ({
    key: `tab ${tab}`,
    label: t(`palette.tab.${tab}`, { name: container.name }),
    hint: "",
    icon: "logs",
    run: () => open(containerHref(container, tab)),
  }));
}

/** @returns {Command[]} */
function filters() {
  const clear = { key: "clear", label: t("filter.clear"), hint: "", icon: "close", run: () => (filterText.value = "") };
  const found = counts(containers.peek()).map(({ kind, word, count }) => ({
    key: `filter ${word}`,
    label: t("palette.filter", { what: tn(`summary.${kind}`, count) }),
    hint: word,
    icon: "search",
    run: () => toggleFilter(word),
  }));
  return filterText.peek() ? [clear, ...found] : found;
}

/** @returns {Command[]} */
function general() {
  const schemes = THEMES.filter((one) => one !== theme.peek()).map((one) => ({
    key: `theme ${one}`,
    label: t("theme.label", { theme: t(`theme.${one}`) }),
    hint: "",
    icon: one,
    run: () => chooseTheme(one),
  }));
  const tongues = languages.filter((one) => one !== currentLanguage()).map((one) => ({
    key: `language ${one}`,
    label: t("palette.language", { language: nameOf(one) }),
    hint: "",
    icon: "language",
    run: () => void chooseLanguage(one),
  }));
  return [
    ...schemes,
    ...tongues,
    { key: "help", label: t("keys.title"), hint: "?", icon: "help", run: openHelp },
    { key: "sign out", label: t("user.sign_out"), hint: "", icon: "signout", run: () => void signOut() },
  ];
}

/** @param {Container} container */
function toContainer(container) {
  const where = engines.peek().length > 1 ? container.engine : "";
  return {
    label: visibleText(container.project ? `${container.name} · ${container.project}` : container.name),
    hint: [where, stateMark(container).word].filter(Boolean).join(" · "),
    icon: "mark",
    run: () => open(containerHref(container)),
  };
}
