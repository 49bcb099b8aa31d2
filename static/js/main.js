/** Starts the page. Counterpart: `templates/index.html`, which it finds the base path and the texts in. */

import { render } from "preact";
import { html } from "htm/preact";
import { setCatalogue } from "./lib/i18n.js";
import { startClock } from "./state/clock.js";
import { startRouting } from "./state/page.js";
import { openSession } from "./state/session.js";
import { App } from "./views/app.js";
import { showWorst } from "./views/tab.js";

const root = /** @type {HTMLElement} */ (document.getElementById("app"));
const catalogue = /** @type {HTMLLinkElement} */ (document.getElementById("catalogue"));

const texts = await fetch(catalogue.href).catch(() => null);
if (!texts?.ok) {
  root.textContent = "The texts of dockmon did not arrive. Trying again…";
  setTimeout(() => location.reload(), 1000);
  throw new Error(`${catalogue.href} answered ${texts?.status ?? "nothing"}`);
}
setCatalogue(document.documentElement.lang, await texts.json());

startClock();
startRouting();
showWorst();
render(html`<${App} />`, root);
await openSession();
