/**
 * Which actions to offer. The server decides what is allowed; this only keeps
 * buttons off the page that could do nothing. Counterpart: `dockmon/domain/actions.py`.
 */

/**
 * @typedef {"start" | "stop" | "restart" | "kill" | "pause" | "unpause" | "remove"} Action
 * @typedef {{action: Action, force?: boolean, allow_self?: boolean}} Offer
 *   `allow_self`: even where dockmon itself runs
 */

/** @type {Record<string, Offer[]>} */
const BY_STATE = {
  created: [{ action: "start" }, { action: "remove" }],
  running: [
    { action: "stop" },
    { action: "restart" },
    { action: "pause" },
    { action: "kill" },
    { action: "remove", force: true },
  ],
  paused: [
    { action: "unpause" },
    { action: "stop" },
    { action: "kill" },
    { action: "remove", force: true },
  ],
  restarting: [{ action: "stop" }, { action: "remove", force: true }],
  removing: [],
  exited: [{ action: "start" }, { action: "remove" }],
  dead: [{ action: "start" }, { action: "remove" }],
};

/** Of many at once, in the order of the buttons. @type {Offer[]} */
const OF_MANY = [
  { action: "start" },
  { action: "unpause" },
  { action: "restart" },
  { action: "stop" },
  { action: "pause" },
  { action: "kill" },
  { action: "remove" },
  { action: "remove", force: true },
];

const DESTRUCTIVE = new Set(["kill", "remove"]);
/** In the row itself, in this order; everything else is in the menu. */
const IN_ROW = ["start", "unpause", "restart", "stop"];

/**
 * @param {string | undefined} role
 * @param {string} state
 * @returns {Offer[]}
 */
export function offers(role, state) {
  return role === "operator" || role === "admin" ? (BY_STATE[state] ?? []) : [];
}

/**
 * Two buttons stand in the row, the rest goes behind "more".
 *
 * @param {Offer[]} all
 * @returns {{row: Offer[], menu: Offer[]}}
 */
export function splitOffers(all) {
  const row = IN_ROW.flatMap((action) => all.filter((offer) => offer.action === action)).slice(0, 2);
  return { row, menu: all.filter((offer) => !row.includes(offer)) };
}

/** @param {Action} action */
export function isDestructive(action) {
  return DESTRUCTIVE.has(action);
}

/**
 * What makes sense for at least one of them, and for which: only these are asked.
 *
 * @template {{state: string}} C
 * @param {string | undefined} role
 * @param {readonly C[]} containers
 * @returns {{offer: Offer, fitting: C[]}[]}
 */
export function offersOfMany(role, containers) {
  // By state, and not for each of a thousand containers.
  const known = new Map(Object.keys(BY_STATE).map((state) => [state, new Set(offers(role, state).map(offerKey))]));
  return OF_MANY.map((offer) => {
    const key = offerKey(offer);
    return { offer, fitting: containers.filter(({ state }) => known.get(state)?.has(key)) };
  }).filter(({ fitting }) => fitting.length > 0);
}

/**
 * The part of a catalogue key that says what is offered.
 *
 * @param {Offer} offer
 */
export function offerKey({ action, force }) {
  return force ? `${action}_force` : action;
}
