/**
 * The two ways a call can fail: the server said no, or nobody knows what became of it.
 * Counterpart: domain/errors.py and api/errors.py, which make what ApiError carries.
 *
 * @import { WireError } from "./types.js"
 */

/** The server's refusal, with its code. */
export class ApiError extends Error {
  /**
   * @param {WireError} error
   * @param {number} status
   */
  constructor(error, status) {
    super(error.message);
    this.name = "ApiError";
    this.code = error.code;
    this.params = error.params ?? {};
    this.request_id = error.request_id ?? null;
    this.status = status;
  }
}

/** The way to the server broke; the request may or may not have arrived. */
export class LostError extends Error {
  /** @param {string} message */
  constructor(message) {
    super(message);
    this.name = "LostError";
    this.code = "connection.lost";
  }
}

const AUTH_CODES = new Set(["auth.required", "auth.expired", "auth.not_allowed"]);

/**
 * Whether this code ends the connection until somebody signs in or a token is renewed.
 * `auth.rate_limited` does not: it passes by waiting.
 * @param {unknown} code
 */
export function refusesIdentity(code) {
  return typeof code === "string" && AUTH_CODES.has(code);
}

/**
 * @param {unknown} error
 * @returns {WireError}
 */
export function toWireError(error) {
  if (error instanceof ApiError) {
    return { code: error.code, message: error.message, params: error.params, request_id: error.request_id };
  }
  const message = error instanceof Error ? error.message : String(error);
  return { code: error instanceof LostError ? error.code : "internal.error", message };
}
