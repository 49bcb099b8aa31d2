/** Keeps the keyboard in a place whose buttons come and go with what they do. */

import { useEffect, useLayoutEffect } from "preact/hooks";

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

/**
 * For what goes away while its own button has the focus.
 *
 * @param {{current: HTMLElement | null}} box
 * @param {string} afterwards a selector: where to go on
 */
export function usePassedFocus(box, afterwards) {
  // Other effects end when it is gone already; here it still stands, so that the focus goes on later.
  useLayoutEffect(() => {
    const element = box.current;
    return () => {
      if (element?.contains(document.activeElement)) setTimeout(passFocus, 0, afterwards);
    };
  }, []);
}

/** @param {string} afterwards */
function passFocus(afterwards) {
  const next = document.activeElement === document.body ? document.querySelector(afterwards) : null;
  if (next instanceof HTMLElement) next.focus({ preventScroll: true });
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
    // A button that is switched off is about to drop it.
    if (!hadFocus || !(document.activeElement === document.body || document.activeElement?.matches(":disabled"))) return;
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
