/** Who is signed in on this page, and everything that changes it. */

import { computed, signal } from "@preact/signals";
import * as api from "./api.js";
import { closeLive, openLive } from "./live.js";
import { forgetFragment, route } from "./page.js";

/**
 * @typedef {{phase: "opening"}
 *   | {phase: "signed-out", note: string | null}
 *   | {phase: "signed-in", user: api.User}} SessionState `note` is a key of the catalogue
 */

/** @type {import("@preact/signals").Signal<SessionState & {note?: string | null}>} */
export const session = signal({ phase: "opening" });

/** What may be done here; undefined for nobody. */
export const role = computed(() => (session.value.phase === "signed-in" ? session.value.user.role : undefined));

/** Decides, once, what the page opens as. */
export async function openSession() {
  const address = route.value;
  const wanted = address.view === "home" ? address.signIn : null;
  // First of all: a password must not stay in the address, whatever happens next.
  if (wanted) forgetFragment();
  try {
    const user = wanted ? await api.login(wanted.username, wanted.password) : await api.currentUser();
    if (user) enter(user);
    else leave(null);
  } catch (error) {
    leave(wanted ? "signin.link_failed" : noteFor(error));
  }
}

/** @param {string} username @param {string} password */
export async function signIn(username, password) {
  enter(await api.login(username, password));
}

/** @param {string} code @param {string} username @param {string} password */
export async function setUp(code, username, password) {
  enter(await api.setup(code, username, password));
}

export async function signOut() {
  closeLive();
  try {
    await api.logout();
    leave(null);
  } catch {
    // The cookies are the server's to take back: without its answer one may still be signed in.
    leave("signin.sign_out_unconfirmed");
  }
}

/** @param {api.User} user */
function enter(user) {
  if (route.value.view === "setup") forgetFragment();
  openLive(() => leave("signin.session_ended"));
  session.value = { phase: "signed-in", user };
}

/** @param {string | null} note */
function leave(note) {
  closeLive();
  session.value = { phase: "signed-out", note };
}

/** @param {unknown} error */
function noteFor(error) {
  const { code } = /** @type {{code?: string}} */ (error ?? {});
  return code?.startsWith("auth.") ? "signin.session_ended" : "signin.unreachable";
}
