/**
 * For what surrounds buttons that act: the second half of a double press, and a key held too long,
 * would hit whatever button the first one has put in its place.
 */

export const singlePress = {
  /** @param {MouseEvent} event */
  onClickCapture(event) {
    if (event.detail > 1) drop(event);
  },
  /** @param {KeyboardEvent} event */
  onKeyDownCapture(event) {
    if (event.repeat && (event.key === "Enter" || event.key === " ")) drop(event);
  },
};

/** @param {Event} event */
function drop(event) {
  event.preventDefault();
  event.stopPropagation();
}
