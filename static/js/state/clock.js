/**
 * One clock for every age on the page, by the server's time: a browser whose
 * clock is wrong must not say that a container started in the future.
 */

import { effect, signal } from "@preact/signals";
import { isVisible } from "./visible.js";

/** Less is network delay, and correcting for that would make ages jump. */
const TOLERANCE_SECONDS = 2;

let aheadSeconds = 0;

/** Unix seconds, once a second while somebody looks. */
export const now = signal(Date.now() / 1000);

/** @param {number} timestamp what the server just wrote on a message */
export function tellServerTime(timestamp) {
  const ahead = timestamp - Date.now() / 1000;
  if (Math.abs(ahead - aheadSeconds) > TOLERANCE_SECONDS) {
    aheadSeconds = ahead;
    tick();
  }
}

/** Unix seconds at this moment, also while nobody looks and `now` rests. */
export function present() {
  return Date.now() / 1000 + aheadSeconds;
}

function tick() {
  now.value = present();
}

/** Starts ticking; hidden pages rest, and are right again the moment they are seen. */
export function startClock() {
  effect(() => {
    if (!isVisible.value) return;
    tick();
    const timer = setInterval(tick, 1000);
    return () => clearInterval(timer);
  });
}
