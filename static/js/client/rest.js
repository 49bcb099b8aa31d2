/**
 * One request to the REST API: signed, renewed once when the sign-in has run out, errors as codes.
 * Counterpart: api/, and api/errors.py for the shape of a refusal.
 *
 * @import { Address } from "./address.js"
 * @import { Credentials } from "./credentials.js"
 * @import { Outside } from "./outside.js"
 */

import { ApiError, LostError, refusesIdentity } from "./errors.js";
import { isRecord } from "./shapes.js";

/**
 * @typedef {object} RestRequest
 * @property {string} [method] default GET
 * @property {unknown} [body] sent as JSON
 * @property {AbortSignal} [signal]
 */

/** A wrong password is a 401 too; renewing the old session for it would sign the old user in again. */
const SIGN_IN = /^auth\/(login|refresh|setup)$/;

export class Rest {
  #address;
  #credentials;
  #outside;

  /**
   * @param {Address} address
   * @param {Credentials} credentials
   * @param {Outside} outside
   */
  constructor(address, credentials, outside) {
    this.#address = address;
    this.#credentials = credentials;
    this.#outside = outside;
  }

  /**
   * @param {string} path below /api/v1, e.g. `containers?state=running`
   * @param {RestRequest} [request]
   * @returns {Promise<any>} `null` where the answer has no body
   */
  async json(path, request) {
    const response = await this.open(path, request);
    const text = await response.text().catch(() => lost("the answer broke off", request));
    if (text === "") return null;
    try {
      return JSON.parse(text);
    } catch {
      throw new ApiError({ code: "internal.error", message: "malformed answer" }, response.status);
    }
  }

  /**
   * The response as it comes, for streams. Throws ApiError, LostError, or the signal's reason.
   * @param {string} path
   * @param {RestRequest} [request]
   */
  async open(path, request = {}) {
    const response = await this.#send(path, request);
    if (response.ok) return response;
    const refusal = await refusalOf(response);
    const renewable = response.status === 401 && refusesIdentity(refusal.code) && !SIGN_IN.test(path);
    if (!renewable || (await this.#credentials.renew()) !== "renewed") throw refusal;
    const second = await this.#send(path, request);
    if (second.ok) return second;
    throw await refusalOf(second);
  }

  /**
   * @param {string} path
   * @param {RestRequest} request
   */
  async #send(path, { method = "GET", body, signal }) {
    const { headers, credentials } = await this.#credentials.forRequest(method);
    if (body !== undefined) headers["Content-Type"] = "application/json";
    const init = { method, headers, credentials, signal, cache: /** @type {const} */ ("no-store") };
    try {
      return await this.#outside.fetch(
        this.#address.api + path,
        body === undefined ? init : { ...init, body: JSON.stringify(body) },
      );
    } catch {
      return lost(`${this.#address.origin} cannot be reached`, { signal });
    }
  }
}

/**
 * Throws the signal's own reason when the caller wished for the end; a time-out is no such wish.
 * @param {string} message
 * @param {RestRequest} [request]
 * @returns {never}
 */
function lost(message, request) {
  const reason = request?.signal?.reason;
  if (reason !== undefined && reason?.name !== "TimeoutError") throw reason;
  throw new LostError(message);
}

/**
 * A 5xx without our problem body comes from a proxy: it says nothing about what the server did.
 * @param {Response} response
 * @returns {Promise<ApiError | LostError>}
 */
async function refusalOf(response) {
  const body = await response.json().catch(() => null);
  if (isRecord(body) && typeof body.code === "string") {
    const message = String(body.detail ?? body.title ?? body.code);
    const { code, params, request_id } = body;
    return new ApiError({ code, message, params: isRecord(params) ? params : {}, request_id }, response.status);
  }
  if (response.status >= 500) return new LostError(`answered ${response.status} on the way`);
  const code = response.status === 401 ? "auth.required" : "request.not_found";
  return new ApiError({ code, message: `answered ${response.status}` }, response.status);
}
