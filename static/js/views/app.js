/** Which page is shown: sign-in, set-up, or the fleet. */

import { html } from "htm/preact";
import { route } from "../state/page.js";
import { session } from "../state/session.js";
import { Dashboard } from "./dashboard.js";
import { SetupForm, SignInForm } from "./gate.js";

export function App() {
  const { phase } = session.value;
  const address = route.value;
  if (phase === "signed-in") return html`<${Dashboard} />`;
  // Nothing rather than a flash of a form that will not be needed.
  if (phase === "opening") return null;
  return address.view === "setup" ? html`<${SetupForm} code=${address.code} />` : html`<${SignInForm} />`;
}
