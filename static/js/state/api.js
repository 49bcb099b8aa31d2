/** The few calls of sign-in that the live feeds do not make. Counterpart: `dockmon/api/auth.py`. */

import { addressOf } from "../client/address.js";
import { Credentials } from "../client/credentials.js";
import { Rest, sessionFor } from "../client/index.js";
import { outsideOf } from "../client/outside.js";
import { baseUrl } from "./page.js";

/**
 * @typedef {{username: string, role: "viewer" | "operator" | "admin"}} User
 */

const address = addressOf(baseUrl);
const outside = outsideOf();
const cookies = sessionFor(address, outside);
const rest = new Rest(address, new Credentials(undefined, cookies), outside);

/**
 * Who is signed in, or null. Asks nobody when the cookies already tell: in an
 * ordinary run no request is made only to be refused.
 *
 * @returns {Promise<User | null>}
 */
export async function currentUser() {
  if (!cookies.signedIn) return null;
  // The short-lived cookie has run out; `auth/me` would be refused before it is renewed.
  if (cookies.csrf("access") === "" && (await cookies.refresh()) === "refused") return null;
  return rest.json("auth/me");
}

/**
 * @param {string} username
 * @param {string} password
 * @returns {Promise<User>}
 */
export async function login(username, password) {
  const answer = await rest.json("auth/login", { method: "POST", body: { username, password, cookies: true } });
  return answer.user;
}

/**
 * @param {string} code
 * @param {string} username
 * @param {string} password
 * @returns {Promise<User>}
 */
export async function setup(code, username, password) {
  const body = { code, username, password, cookies: true };
  return (await rest.json("auth/setup", { method: "POST", body })).user;
}

export async function logout() {
  await rest.json("auth/logout", { method: "POST" });
}

/** @returns {Promise<{engine: string, address: string | null, version: string | null}[]>} */
export async function engineRows() {
  return (await rest.json("engines")).data;
}
