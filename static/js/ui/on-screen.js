/** Tells whether an element is on the screen, so that nothing is drawn where nobody can see it. */

import { useEffect, useMemo } from "preact/hooks";
import { signal } from "@preact/signals";

/** Drawn a little before it is scrolled to. */
const MARGIN = "100px 0px";

/** @type {WeakMap<Element, import("@preact/signals").Signal<boolean>>} */
const watched = new WeakMap();

/** One for all: the browser looks at a thousand elements of one observer at once. */
const observer = new IntersectionObserver(
  (entries) => {
    for (const { target, isIntersecting } of entries) {
      const isOnScreen = watched.get(target);
      if (isOnScreen) isOnScreen.value = isIntersecting;
    }
  },
  { rootMargin: MARGIN },
);

/**
 * @param {{current: Element | null}} ref
 * @returns {import("@preact/signals").ReadonlySignal<boolean>}
 */
export function useOnScreen(ref) {
  const isOnScreen = useMemo(() => signal(false), []);
  useEffect(() => {
    const element = ref.current;
    if (!element) return;
    watched.set(element, isOnScreen);
    observer.observe(element);
    return () => {
      observer.unobserve(element);
      isOnScreen.value = false;
    };
  }, []);
  return isOnScreen;
}
