/** A log line as plain text: what a terminal would have acted on is taken out. */

/** CSI and OSC sequences, then two-byte escapes; one pattern each, none of them can backtrack. */
// eslint-disable-next-line no-control-regex
const ESCAPES = /\u001b\[[0-?]*[ -/]*[@-~]|\u001b\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|\u001b[@-Z\\-_]?/g;
// eslint-disable-next-line no-control-regex
const CONTROLS = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/g;

/**
 * @param {string} text one line, without its newline
 */
export function plainText(text) {
  const bare = text.replace(ESCAPES, "").replace(/\r+$/, "");
  // A progress bar redraws its line: what a terminal shows is what came last.
  return bare.slice(bare.lastIndexOf("\r") + 1).replace(CONTROLS, "");
}
