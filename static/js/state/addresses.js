/** Where the engines are looked for. Asked for only when none is found: it does not change. */

import { signal } from "@preact/signals";
import { engineRows } from "./api.js";

/** @type {import("@preact/signals").Signal<ReadonlyMap<string, string | null>>} by engine; null for whom it is no business of */
export const addresses = signal(new Map());

export async function learnAddresses() {
  const rows = await engineRows().catch(() => []);
  if (rows.length > 0) addresses.value = new Map(rows.map(({ engine, address }) => [engine, address]));
}
