/** Keeps a subtree as it is while its props are the very same objects. */

import { Component, h } from "preact";

/**
 * A thousand rows must not be compared because one of them changed. The client
 * library keeps the identity of what did not change, so `===` is the whole test.
 *
 * @template {object} P
 * @param {(props: P) => any} render
 */
export function memo(render) {
  return /** @extends {Component<P>} */ class extends Component {
    /** @param {P} next */
    shouldComponentUpdate(next) {
      return differ(/** @type {any} */ (this.props), /** @type {any} */ (next));
    }

    render() {
      return h(/** @type {any} */ (render), /** @type {any} */ (this.props));
    }
  };
}

/**
 * @param {Record<string, unknown>} a
 * @param {Record<string, unknown>} b
 */
function differ(a, b) {
  return Object.keys({ ...a, ...b }).some((name) => a[name] !== b[name]);
}
