/** Puts support/live.js where the page's state asks for its own. Counterpart: log-page.js. */

const OWN = new URL("../../../static/js/state/live.js", import.meta.url).href;

export async function resolve(specifier, context, next) {
  const found = await next(specifier, context);
  return found.url === OWN ? { ...found, url: new URL("live.js", import.meta.url).href } : found;
}
