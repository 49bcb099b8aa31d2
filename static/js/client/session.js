/**
 * Keeps the page's cookie session alive: refreshes it before it runs out, and once at a time.
 * Counterpart: `POST auth/refresh` and `GET auth/me` (api/auth.py). The tokens themselves are
 * HttpOnly; all that is seen here is the CSRF cookies beside them.
 *
 * Refresh tokens are rotated: of two refreshes with the same one the second is refused. Within a
 * page they share one promise; between tabs they queue at a Web Lock; on plain http, where there
 * are no locks, spread timers and a look at the cookie make a collision rare and harmless.
 *
 * @import { Address } from "./address.js"
 * @import { Outside } from "./outside.js"
 */

import { isRecord } from "./shapes.js";

/** @typedef {"renewed" | "refused" | "unreachable"} Renewal */

/** When `auth/me` names no end: early enough for a token that is already ten minutes old. */
const UNKNOWN_LIFE_S = 300;
const RETRY_MS = 15_000;

export class Session {
  #address;
  #outside;
  /** @type {Promise<Renewal> | null} */
  #refreshing = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  #planned_with = "";
  #keepers = 0;

  /**
   * @param {Address} address
   * @param {Outside} outside
   */
  constructor(address, outside) {
    this.#address = address;
    this.#outside = outside;
  }

  /** What the page can know without asking: the CSRF cookies live exactly as long as the tokens. */
  get signedIn() {
    return this.csrf("access") !== "" || this.csrf("refresh") !== "";
  }

  /**
   * @param {"access" | "refresh"} kind
   * @returns {string} empty when there is none
   */
  csrf(kind) {
    const name = `csrf_${kind}_token`;
    for (const cookie of this.#outside.cookies().split(/;\s*/)) {
      const split = cookie.indexOf("=");
      const key = cookie.slice(0, split);
      if (key === name || key === `__Host-${name}`) return cookie.slice(split + 1);
    }
    return "";
  }

  /** Somebody needs the session to last; ends with as many calls of `release`. */
  keep() {
    this.#keepers += 1;
    if (this.#keepers === 1) void this.#askWhenItEnds();
  }

  release() {
    this.#keepers = Math.max(0, this.#keepers - 1);
    if (this.#keepers === 0) clearTimeout(this.#timer);
  }

  /** @returns {Promise<Renewal>} */
  refresh() {
    this.#refreshing ??= this.#refreshAlone().finally(() => {
      this.#refreshing = null;
    });
    return this.#refreshing;
  }

  /** @returns {Promise<Renewal>} */
  async #refreshAlone() {
    const before = this.csrf("refresh");
    if (before === "") return "refused";
    const { locks } = this.#outside;
    if (!locks) return this.#exchange(before);
    return locks.request(`dockmon-session ${this.#address.api}`, () => this.#exchange(before));
  }

  /**
   * @param {string} before the cookie as it was when the wish arose
   * @returns {Promise<Renewal>}
   */
  async #exchange(before) {
    if (this.#turnedSince(before)) return "renewed";
    const response = await this.#request("auth/refresh", {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-CSRF-TOKEN": before },
      body: "{}",
    });
    if (response?.ok) {
      this.#plan(await lifeSeconds(response, this.#outside));
      return "renewed";
    }
    if (this.#turnedSince(before)) return "renewed";
    return response && [400, 401, 403].includes(response.status) ? "refused" : "unreachable";
  }

  /** @param {string} before */
  #turnedSince(before) {
    const present = this.csrf("refresh");
    return present !== "" && present !== before;
  }

  async #askWhenItEnds() {
    const response = await this.#request("auth/me", {});
    if (response?.ok) this.#plan(await lifeSeconds(response, this.#outside));
    else this.#schedule(RETRY_MS, () => void this.#askWhenItEnds());
  }

  /**
   * One to two minutes ahead, at random: so that tabs without locks seldom meet.
   * @param {number} life_s
   */
  #plan(life_s) {
    const margin_s = Math.min(120, life_s / 3) * (0.5 + this.#outside.random() / 2);
    this.#planned_with = this.csrf("refresh");
    this.#schedule((life_s - margin_s) * 1000, () => void this.#tick());
  }

  /** A refusal is left to the link: its socket is disconnected, and it asks and is told why. */
  async #tick() {
    if (this.#turnedSince(this.#planned_with)) return this.#askWhenItEnds();
    if ((await this.refresh()) === "unreachable") this.#schedule(RETRY_MS, () => void this.#tick());
  }

  /**
   * @param {number} delay_ms
   * @param {() => void} task
   */
  #schedule(delay_ms, task) {
    clearTimeout(this.#timer);
    const { refresh_min_ms, refresh_max_ms } = this.#outside.timings;
    const bounded_ms = Math.min(refresh_max_ms, Math.max(refresh_min_ms, delay_ms));
    if (this.#keepers > 0) this.#timer = setTimeout(task, bounded_ms);
  }

  /**
   * @param {string} path
   * @param {RequestInit} init
   * @returns {Promise<Response | null>} `null` when the server could not be reached
   */
  async #request(path, init) {
    try {
      return await this.#outside.fetch(this.#address.api + path, {
        credentials: "same-origin",
        cache: "no-store",
        signal: AbortSignal.timeout(this.#outside.timings.request_ms),
        ...init,
      });
    } catch {
      return null;
    }
  }
}

/**
 * How long the session still lasts, by the server's own clock where its `Date` header tells it: a
 * computer whose clock is ten minutes slow would otherwise refresh after the end.
 * @param {Response} response
 * @param {Outside} outside
 * @returns {Promise<number>}
 */
async function lifeSeconds(response, outside) {
  const body = await response.json().catch(() => null);
  const expires_at = isRecord(body) ? Number(body.expires_at) : NaN;
  if (!Number.isFinite(expires_at)) return UNKNOWN_LIFE_S;
  const server_ms = Date.parse(response.headers.get("Date") ?? "");
  return Math.max(0, expires_at - (Number.isNaN(server_ms) ? outside.now() : server_ms) / 1000);
}

/** @type {{ api: string, outside: Outside, session: Session }[]} */
const sessions = [];

/**
 * One session per server and page, whoever asks.
 * @param {Address} address
 * @param {Outside} outside
 */
export function sessionFor(address, outside) {
  const known = sessions.find((entry) => entry.api === address.api && entry.outside === outside);
  if (known) return known.session;
  const session = new Session(address, outside);
  sessions.push({ api: address.api, outside, session });
  return session;
}
