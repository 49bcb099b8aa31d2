/**
 * Who shares a connection with whom: the same server, identity and way of falling back.
 * Counterpart: link.js, the connection itself; live.js asks for one.
 *
 * A page that watches containers and metrics holds one Engine.IO connection, not two: browsers
 * allow six to a host over plain HTTP, and the server counts every one.
 *
 * @import { LiveOptions } from "./types.js"
 * @import { Feed } from "./source.js"
 */

import { addressOf } from "./address.js";
import { Credentials } from "./credentials.js";
import { Link } from "./link.js";
import { outsideOf } from "./outside.js";
import { Rest } from "./rest.js";
import { sessionFor } from "./session.js";

/** @param {LiveOptions} options */
function contextOf({ url, token, enableFallback = true, outside: overrides }) {
  const address = addressOf(url);
  const outside = outsideOf(overrides);
  const credentials = new Credentials(token, sessionFor(address, outside));
  return { address, token, fallback: enableFallback, outside, credentials, rest: new Rest(address, credentials, outside) };
}

/** @typedef {ReturnType<typeof contextOf>} Context */

/**
 * @param {Context} a
 * @param {Context} b
 */
function alike(a, b) {
  const same = a.address.api === b.address.api && a.token === b.token;
  return same && a.fallback === b.fallback && a.outside === b.outside;
}

/** @type {Map<Link, Context>} */
const links = new Map();

/**
 * @param {LiveOptions} options
 * @param {Feed["namespace"]} namespace two users of one namespace cannot share: its wanted set is one
 */
export function linkFor(options, namespace) {
  const context = contextOf(options);
  for (const [link, other] of links) {
    if (alike(context, other) && link.hasRoomFor(namespace)) return link;
  }
  const link = new Link(context, (closed) => links.delete(closed));
  links.set(link, context);
  return link;
}

/**
 * The REST API with the same address and identity, for what is not live.
 * @param {LiveOptions} [options]
 */
export function restFor(options = {}) {
  return contextOf(options).rest;
}
