/** Waiting that an AbortSignal ends early. Whoever waited looks at the signal afterwards. */

import { effect } from "@preact/signals";

/**
 * @param {number} ms
 * @param {AbortSignal} over
 * @returns {Promise<void>}
 */
export function pause(ms, over) {
  return new Promise((resolve) => {
    if (over.aborted) return resolve();
    const done = () => {
      clearTimeout(timer);
      over.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    over.addEventListener("abort", done);
  });
}

/**
 * Resolves as soon as what the signals say makes it true.
 *
 * @param {() => boolean} holds
 * @param {AbortSignal} over
 * @returns {Promise<void>}
 */
export async function until(holds, over) {
  let stop = () => {};
  let end = () => {};
  await new Promise((resolve) => {
    end = () => resolve(undefined);
    over.addEventListener("abort", end);
    stop = effect(() => {
      if (over.aborted || holds()) end();
    });
  });
  over.removeEventListener("abort", end);
  stop();
}
