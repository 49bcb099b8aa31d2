// Runs before the first paint, so that neither a chosen theme nor a language flashes the other one,
// and asks for the words while the modules are still under way. A plain script for that reason.
// The choices are made in `state/theme.js` and `state/language.js`, which go on from here.
{
  const script = /** @type {HTMLScriptElement} */ (document.currentScript);
  const page = document.documentElement;
  const recall = (/** @type {string} */ name) => {
    try {
      return localStorage.getItem(`dockmon.${name}`);
    } catch {
      // Storage is forbidden: the system's wish stands.
      return null;
    }
  };

  const theme = recall("theme");
  if (theme === "light" || theme === "dark") page.dataset.theme = theme;

  const known = (script.dataset.languages ?? "en").split(" ");
  const wanted = [recall("language"), ...navigator.languages];
  page.lang = wanted.map((tag) => tag?.split("-")[0].toLowerCase()).find((tag) => tag && known.includes(tag)) ?? "en";
  page.dataset.languages = known.join(" ");

  const words = document.createElement("link");
  words.id = "catalogue";
  words.rel = "preload";
  words.as = "fetch";
  words.crossOrigin = "anonymous";
  words.href = new URL(`../i18n/${page.lang}.json`, script.src).href;
  document.head.append(words);
}
