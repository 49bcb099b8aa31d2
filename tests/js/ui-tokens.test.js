// The colours: readable on every ground they stand on, in the theme the system or somebody wishes.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";

const css = readFileSync(new URL("../../static/css/tokens.css", import.meta.url), "utf8");

/** WCAG AA for text of ordinary size. */
const AA = 4.5;

/**
 * @param {string} selector
 * @returns {string} what stands between its braces
 */
function block(selector) {
  const from = css.indexOf(`${selector} {`);
  assert.notEqual(from, -1, selector);
  return css.slice(from, css.indexOf("}", from));
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

/** @type {{ light: Record<string, string>, dark: Record<string, string> }} */
const themes = { light: {}, dark: {} };
for (const [, name, light, dark] of block(":root").matchAll(/--([\w-]+): .*light-dark\((#\w+), (#\w+)\)/g)) {
  themes.light[name] = light;
  themes.dark[name] = dark;
}

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

describe("the theme", () => {
  it("is the system's wish until one is chosen", () => {
    assert.match(block(":root"), /color-scheme: light dark;/);
    for (const theme of Object.keys(themes)) {
      assert.match(block(`:root[data-theme="${theme}"]`), new RegExp(`color-scheme: ${theme};`));
    }
  });
  it("has no colour that is the same in both", () => {
    const colours = css.match(/#\w+/g) ?? [];
    assert.equal(colours.length, 2 * Object.keys(themes.light).length);
  });
});
