/** The two forms in front of the page: sign-in, and the first admin's set-up. */

import { html } from "htm/preact";
import { useId, useState } from "preact/hooks";
import { errorWords } from "../lib/errors.js";
import { t } from "../lib/i18n.js";
import { session, setUp, signIn } from "../state/session.js";
import { IconButton } from "../ui/icon-button.js";
import { Brand } from "./brand.js";
import { LanguageButton } from "./language-button.js";

export function SignInForm() {
  const { note } = session.value;
  return html`<${Gate}
    place="signin"
    title=${t("signin.title")}
    submit=${t("signin.submit")}
    passwordAutocomplete="current-password"
    note=${note && t(note)}
    send=${signIn}
  />`;
}

/** @param {{code: string}} props the one-time code from the link */
export function SetupForm({ code }) {
  return html`<${Gate}
    place="setup"
    title=${t("setup.title")}
    submit=${t("setup.submit")}
    passwordAutocomplete="new-password"
    note=${t(code ? "setup.intro" : "setup.no_code")}
    send=${(/** @type {string} */ username, /** @type {string} */ password) => setUp(code, username, password)}
  />`;
}

/**
 * @param {{
 *   place: "signin" | "setup", title: string, submit: string, note?: string | null, passwordAutocomplete: string,
 *   send: (username: string, password: string) => Promise<void>,
 * }} props
 */
function Gate({ place, title, submit, note, passwordAutocomplete, send }) {
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState(/** @type {unknown} */ (null));

  /** @param {SubmitEvent & {currentTarget: HTMLFormElement}} event */
  const onSubmit = async (event) => {
    event.preventDefault();
    const fields = new FormData(event.currentTarget);
    setBusy(true);
    setFailure(null);
    try {
      await send(String(fields.get("username")), String(fields.get("password")));
    } catch (error) {
      setFailure(error);
    } finally {
      setBusy(false);
    }
  };

  return html`<main class="gate">
    <form class="gate-card" data-testid="${place}-form" onSubmit=${onSubmit}>
      <div class="gate-head"><${Brand} /><${LanguageButton} /></div>
      <h1>${title}</h1>
      ${note && html`<p class="form-note">${note}</p>`}
      <${Username} />
      <${Password} autocomplete=${passwordAutocomplete} />
      <div role="alert">${failure != null && html`<p class="form-error">${errorWords(failure, place)}</p>`}</div>
      <button class="button primary" type="submit" disabled=${busy}>${submit}</button>
    </form>
  </main>`;
}

function Username() {
  const id = useId();
  return html`<div class="field">
    <label for=${id}>${t("gate.username")}</label>
    <input id=${id} name="username" autocomplete="username" autocapitalize="none" spellcheck=${false} required autofocus />
  </div>`;
}

/** @param {{autocomplete: string}} props */
function Password({ autocomplete }) {
  const id = useId();
  const [shown, setShown] = useState(false);
  return html`<div class="field">
    <label for=${id}>${t("gate.password")}</label>
    <div class="field-box">
      <input id=${id} name="password" type=${shown ? "text" : "password"} autocomplete=${autocomplete} required />
      <${IconButton}
        icon=${shown ? "hide" : "show"}
        label=${t(shown ? "gate.hide_password" : "gate.show_password")}
        aria-pressed=${shown}
        onClick=${() => setShown(!shown)}
      />
    </div>
  </div>`;
}
