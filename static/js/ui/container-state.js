/** A container's state: the mark and its word, without colour when nobody can confirm it. */

import { html } from "htm/preact";
import { stateMark } from "../lib/status.js";
import { StateMark } from "./state-mark.js";

/**
 * @param {{container: import("../client/types.js").Container, confirmed: boolean}} props
 */
export function ContainerState({ container, confirmed }) {
  const { shape, tone, word } = stateMark(container);
  const loud = confirmed && tone === "bad";
  return html`<span class="state ${loud ? "tone-bad" : ""}">
    <${StateMark} shape=${confirmed ? shape : "unconfirmed"} tone=${confirmed ? tone : "quiet"} />${word}
  </span>`;
}
