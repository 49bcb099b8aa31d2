/**
 * An image reference, cut where it carries least: the name and tag are kept
 * whole, the registry and path in front may be shortened by the layout.
 */

const SHORT_DIGEST = 12;

/**
 * @param {string} image as the engine says it
 * @returns {{prefix: string, name: string}} what may shrink, and what may not
 */
export function splitImage(image) {
  if (/^(sha256:)?[0-9a-f]{64}$/.test(image)) return { prefix: "", name: shortDigest(image) };
  const [reference, digest] = image.split("@", 2);
  const plain = reference.replace(/^(index\.)?docker\.io\/(library\/)?/, "");
  const cut = plain.lastIndexOf("/") + 1;
  return {
    prefix: plain.slice(0, cut),
    name: plain.slice(cut) + (digest ? `@${shortDigest(digest)}` : ""),
  };
}

/** @param {string} digest with or without its algorithm */
function shortDigest(digest) {
  return digest.replace(/^sha256:/, "").slice(0, SHORT_DIGEST);
}
