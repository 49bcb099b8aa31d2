// The colours: readable on every ground they stand on, and dark the same however it is chosen.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";

const css = readFileSync(new URL("../../static/css/tokens.css", import.meta.url), "utf8");

/** WCAG AA for text of ordinary size. */
const AA = 4.5;

/**
 * @param {string} selector
 * @returns {Record<string, string>}
 */
function tokens(selector) {
  const from = css.indexOf(`${selector} {`);
  assert.notEqual(from, -1, selector);
  const block = css.slice(from, css.indexOf("}", from));
  return Object.fromEntries([...block.matchAll(/--([\w-]+): (#\w+)/g)].map(([, name, colour]) => [name, colour]));
}

/** @param {string} colour `#rrggbb` */
function luminance(colour) {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const part = parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** @param {string} a @param {string} b */
function contrast(a, b) {
  const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (light + 0.05) / (dark + 0.05);
}

const themes = { light: tokens(":root"), dark: tokens(':root[data-theme="dark"]') };

for (const [theme, colours] of Object.entries(themes)) {
  describe(theme, () => {
    for (const name of ["text", "muted", "accent", "ok", "warn", "bad", "pause"]) {
      for (const ground of ["ground", "raised", "hover"]) {
        it(`${name} can be read on ${ground}`, () => {
          const ratio = contrast(colours[name], colours[ground]);
          assert.ok(ratio >= AA, ratio.toFixed(2));
        });
      }
    }
    it("on-accent can be read on accent", () => assert.ok(contrast(colours["on-accent"], colours.accent) >= AA));
  });
}

describe("dark", () => {
  it("is the same by choice and by the system's wish", () => {
    assert.deepEqual(tokens(':root:not([data-theme="light"])'), themes.dark);
  });
});
