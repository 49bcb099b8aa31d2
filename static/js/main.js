/** Starts the page. Counterparts: `templates/index.html`; `early-choices.js`, which ran before. */

import { render } from "preact";
import { html } from "htm/preact";
import { startClock } from "./state/clock.js";
import { openLanguage } from "./state/language.js";
import { startRouting } from "./state/page.js";
import { openSession } from "./state/session.js";
import { App } from "./views/app.js";
import { showWorst } from "./views/tab.js";

const root = /** @type {HTMLElement} */ (document.getElementById("app"));

try {
  await openLanguage();
} catch (error) {
  root.textContent = "The texts of dockmon did not arrive. Trying again… 문구를 받지 못했습니다. 다시 시도하는 중…";
  setTimeout(() => location.reload(), 1000);
  throw error;
}

startClock();
startRouting();
showWorst();
render(html`<${App} />`, root);
await openSession();
