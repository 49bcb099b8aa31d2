/**
 * Who we say we are: a bearer token, or the page's cookies. The rest of the library does not care.
 * Counterpart: the handshake's guard (realtime/guard) and the REST API's sign-in.
 *
 * @import { LiveOptions } from "./types.js"
 * @import { Renewal, Session } from "./session.js"
 */

export class Credentials {
  #token;
  #session;

  /**
   * @param {LiveOptions["token"]} token
   * @param {Session} session used only without a token
   */
  constructor(token, session) {
    this.#token = token;
    this.#session = session;
  }

  get #cookies() {
    return this.#token === undefined;
  }

  /** @returns {Promise<string | null>} */
  async #bearer() {
    const token = typeof this.#token === "function" ? await this.#token() : this.#token;
    return token ?? null;
  }

  /**
   * What goes into a namespace's CONNECT; asked anew each time. The cookies travel by themselves.
   * @returns {Promise<{ token?: string }>}
   */
  async forSocket() {
    const token = await this.#bearer();
    return token === null ? {} : { token };
  }

  /**
   * @param {string} method
   * @returns {Promise<{ headers: Record<string, string>, credentials: RequestCredentials }>}
   */
  async forRequest(method) {
    const token = await this.#bearer();
    if (token !== null) return { headers: { Authorization: `Bearer ${token}` }, credentials: "omit" };
    const csrf = method === "GET" ? "" : this.#session.csrf("access");
    return { headers: csrf ? { "X-CSRF-TOKEN": csrf } : {}, credentials: "same-origin" };
  }

  /**
   * After a refusal. A token function is simply asked again at the next try.
   * @returns {Promise<Renewal>}
   */
  async renew() {
    if (this.#cookies) return this.#session.refresh();
    return typeof this.#token === "function" ? "renewed" : "refused";
  }

  keep() {
    if (this.#cookies) this.#session.keep();
  }

  release() {
    if (this.#cookies) this.#session.release();
  }
}
