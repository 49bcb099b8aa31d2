/**
 * A dialog over the page. The browser's own does the hard part: it keeps the focus inside, closes
 * on Escape, and gives the focus back.
 */

import { html } from "htm/preact";
import { useLayoutEffect, useRef } from "preact/hooks";

/**
 * @param {{label: string, className?: string, onClose: () => void, children?: unknown, testid?: string}} props
 */
export function Dialog({ label, className = "", onClose, children, testid }) {
  const dialog = useRef(/** @type {HTMLDialogElement | null} */ (null));
  useLayoutEffect(() => {
    dialog.current?.showModal();
  }, []);
  const close = () => {
    dialog.current?.close();
    onClose();
  };
  /** @param {Event} event Escape, or the way back of a phone */
  const onCancel = (event) => {
    // Its own closing is told a little later; the next key may come before.
    event.preventDefault();
    close();
  };
  /** @param {MouseEvent} event a press beside it arrives at the dialog itself */
  const onClick = (event) => {
    if (event.target === dialog.current) close();
  };
  return html`<dialog
    ref=${dialog}
    class="dialog ${className}"
    aria-label=${label}
    data-testid=${testid}
    onCancel=${onCancel}
    onClose=${onClose}
    onClick=${onClick}
  >
    <div class="dialog-body">${children}</div>
  </dialog>`;
}
