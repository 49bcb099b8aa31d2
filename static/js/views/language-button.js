/** Switches the language. It is written in the language it leads to: who needs it cannot read the other. */

import { html } from "htm/preact";
import { currentLanguage } from "../lib/i18n.js";
import { chooseLanguage, languages, nameOf } from "../state/language.js";

export function LanguageButton() {
  const next = languages[(languages.indexOf(currentLanguage()) + 1) % languages.length];
  const name = nameOf(next);
  return html`<button
    type="button"
    class="button plain language"
    lang=${next}
    title=${name}
    data-testid="language"
    data-language=${next}
    onClick=${() => chooseLanguage(next)}
  >
    ${name}
  </button>`;
}
