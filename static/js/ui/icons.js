/** The icon set: our own strokes on a 16 px grid, in the colour of the text around them. */

import { h } from "preact";

/** @type {Record<string, string[]>} */
const STROKES = {
  start: ["M5 3.2v9.6L12.6 8z"],
  stop: ["M4.2 4.2h7.6v7.6H4.2z"],
  restart: ["M12.6 6.4A5 5 0 1 0 13 8.8", "M13 3v3.6H9.4"],
  pause: ["M5.5 3.5v9", "M10.5 3.5v9"],
  unpause: ["M3.5 3.5v9", "M7 3.5v9l6-4.5z"],
  kill: ["M8.8 2 4 9h3.6L7 14l5-7H8.4z"],
  remove: ["M3 4.5h10", "M6.2 4.5V3h3.6v1.5", "M4.4 4.5l.6 8.5h6l.6-8.5", "M6.9 7v3.6", "M9.1 7v3.6"],
  logs: ["M3 4h10", "M3 8h10", "M3 12h6"],
  more: ["M3.5 8h.01", "M8 8h.01", "M12.5 8h.01"],
  close: ["M4 4l8 8", "M12 4l-8 8"],
  filter: ["M2.5 4h11", "M4.5 8h7", "M6.5 12h3"],
  search: ["M7 11.5a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9z", "M10.4 10.4 14 14"],
  down: ["M4 6.5l4 4 4-4"],
  up: ["M4 9.5l4-4 4 4"],
  right: ["M6.5 4l4 4-4 4"],
  columns: ["M2.5 3.5h11v9h-11z", "M6.2 3.5v9", "M9.8 3.5v9"],
  light: [
    "M8 10.8a2.8 2.8 0 1 0 0-5.6 2.8 2.8 0 0 0 0 5.6z",
    "M8 1.5v1.3M8 13.2v1.3M1.5 8h1.3M13.2 8h1.3M3.4 3.4l.9.9M11.7 11.7l.9.9M3.4 12.6l.9-.9M11.7 4.3l.9-.9",
  ],
  dark: ["M13.2 9.6A5.6 5.6 0 0 1 6.4 2.8a5.6 5.6 0 1 0 6.8 6.8z"],
  auto: ["M8 13.5a5.5 5.5 0 1 0 0-11 5.5 5.5 0 0 0 0 11z", "M8 2.5v11", "M10 4v8M12 5.5v5"],
  user: ["M8 8a2.6 2.6 0 1 0 0-5.2A2.6 2.6 0 0 0 8 8z", "M3 13.4c.6-2.3 2.6-3.6 5-3.6s4.4 1.3 5 3.6"],
  signout: ["M6.5 3H3.5v10h3", "M7 8h6.5", "M11 5.5 13.5 8 11 10.5"],
  show: ["M1.8 8S4 3.9 8 3.9 14.2 8 14.2 8 12 12.1 8 12.1 1.8 8 1.8 8z", "M8 9.8a1.8 1.8 0 1 0 0-3.6 1.8 1.8 0 0 0 0 3.6z"],
  hide: ["M1.8 8S4 3.9 8 3.9 14.2 8 14.2 8 12 12.1 8 12.1 1.8 8 1.8 8z", "M3 13 13 3"],
  help: ["M5.7 6a2.3 2.3 0 1 1 3.4 2c-.8.4-1.1.8-1.1 1.7", "M8 12.4h.01"],
  language: ["M8 13.5a5.5 5.5 0 1 0 0-11 5.5 5.5 0 0 0 0 11z", "M2.5 8h11", "M8 2.5c-3 3.3-3 7.7 0 11 3-3.3 3-7.7 0-11z"],
  command: ["M3 4.5 6.5 8 3 11.5", "M8.5 12H13"],
  copy: ["M6 6h7.5v7.5H6z", "M10 6V2.5H2.5V10H6"],
  mark: ["M2.5 4h6", "M2.5 8h11", "M2.5 12h11"],
};

/** One path each: a table has hundreds of icons, and each element costs. @type {Map<string, string>} */
const PATHS = new Map(Object.entries(STROKES).map(([name, strokes]) => [name, strokes.join("")]));

/**
 * Always decoration: what it means stands in the button's name. Its strokes are styled in `marks.css`.
 *
 * @param {{name: string, size?: number}} props
 */
export function Icon({ name, size = 16 }) {
  const look = { class: name === "more" ? "icon is-bold" : "icon", width: size, height: size };
  return h("svg", { ...look, viewBox: "0 0 16 16", "aria-hidden": "true" }, h("path", { d: PATHS.get(name) }));
}
