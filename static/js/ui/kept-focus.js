/** Keeps the keyboard in a place whose buttons come and go with what they do. */

import { useEffect } from "preact/hooks";

const PRESSABLE = "button:not(:disabled), a";
const CHANGES = { childList: true, subtree: true, attributes: true, attributeFilter: ["disabled", "hidden"] };

/**
 * @param {{current: HTMLElement | null}} box
 * @param {string} afterwards a selector: where to go on when nothing is left in the box
 */
export function useKeptFocus(box, afterwards) {
  useEffect(() => {
    const element = box.current;
    return element ? keepFocus(element, afterwards) : undefined;
  }, []);
}

/** @param {HTMLElement} element @param {string} afterwards */
function keepFocus(element, afterwards) {
  let hadFocus = false;
  const onFocus = () => (hadFocus = true);
  // Later it is known whether it went with its button, or was taken away by the reader.
  const onBlur = (/** @type {FocusEvent} */ { target }) =>
    setTimeout(() => {
      const isThere = target instanceof HTMLElement && target.isConnected && target.checkVisibility();
      if (isThere && !element.contains(document.activeElement)) hadFocus = false;
    });
  const goOn = () => {
    if (!hadFocus || document.activeElement !== document.body) return;
    const next = (!element.hidden && element.querySelector(PRESSABLE)) || document.querySelector(afterwards);
    if (!(next instanceof HTMLElement)) return;
    hadFocus = element.contains(next);
    next.focus({ preventScroll: true });
  };
  element.addEventListener("focusin", onFocus);
  element.addEventListener("focusout", onBlur);
  const observer = new MutationObserver(goOn);
  observer.observe(element, CHANGES);
  return () => observer.disconnect();
}
