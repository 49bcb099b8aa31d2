/** Port mappings as short labels: one per published port, with a link where one can work. */

/**
 * @typedef {{ip: string | null, private_port: number, public_port: number | null, protocol: string}} Port
 * @typedef {{label: string, href: string | null, published: boolean}} PortLabel
 */

const EVERY_ADDRESS = new Set(["", "0.0.0.0", "::"]);
const LOOPBACK = new Set(["127.0.0.1", "::1", "localhost", "[::1]"]);
const TLS_PORTS = new Set([443, 8443, 9443]);

/**
 * Labels in the order of their numbers, published ones first. The engine lists
 * a port once for IPv4 and once for IPv6; the reader wants it once.
 *
 * @param {Port[] | null | undefined} ports
 * @param {string | null} pageHost where the engine's machine answers, null if that is not known
 * @returns {PortLabel[]}
 */
export function portLabels(ports, pageHost) {
  /** @type {Map<string, PortLabel>} */
  const labels = new Map();
  for (const port of [...(ports ?? [])].sort(byNumber)) {
    const label = labelOf(port);
    const href = hrefOf(port, pageHost);
    const known = labels.get(label);
    if (!known) labels.set(label, { label, href, published: port.public_port != null });
    else known.href ??= href;
  }
  return [...labels.values()];
}

/** @param {Port} a @param {Port} b */
function byNumber(a, b) {
  return (
    Number(b.public_port != null) - Number(a.public_port != null) ||
    (a.public_port ?? a.private_port) - (b.public_port ?? b.private_port) ||
    a.private_port - b.private_port
  );
}

/** @param {Port} port */
function labelOf({ public_port, private_port, protocol }) {
  const suffix = protocol && protocol !== "tcp" ? `/${protocol}` : "";
  if (public_port == null) return `${private_port}${suffix}`;
  return public_port === private_port ? `:${public_port}${suffix}` : `:${public_port}→${private_port}${suffix}`;
}

/**
 * @param {Port} port
 * @param {string | null} pageHost
 */
function hrefOf({ ip, public_port, private_port, protocol }, pageHost) {
  if (public_port == null || protocol !== "tcp" || !pageHost) return null;
  // Bound to loopback over there: from another machine the link would lead to the reader's own.
  if (LOOPBACK.has(ip ?? "") && !LOOPBACK.has(pageHost)) return null;
  const host = EVERY_ADDRESS.has(ip ?? "") || LOOPBACK.has(ip ?? "") ? pageHost : bracketed(ip ?? "");
  const scheme = TLS_PORTS.has(public_port) || TLS_PORTS.has(private_port) ? "https" : "http";
  return `${scheme}://${host}:${public_port}/`;
}

/** @param {string} ip */
function bracketed(ip) {
  return ip.includes(":") ? `[${ip}]` : ip;
}
