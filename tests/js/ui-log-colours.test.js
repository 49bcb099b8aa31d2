// A line as a terminal would have coloured it, and nothing else a terminal would have done.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";

import { parseAnsi } from "../../static/js/lib/ansi.js";
import { cssOf } from "../../static/js/lib/log-colours.js";

const ESC = "\u001b";
const plain = (/** @type {string} */ text) => parseAnsi(text).text;
const styleOf = (/** @type {string} */ codes) => parseAnsi(`${ESC}[${codes}mx`).spans[0]?.style;

describe("colours of a line", () => {
  it("are kept, and what carries them is gone", () => {
    const { text, spans } = parseAnsi(`${ESC}[1;32mINFO${ESC}[0m ready ${ESC}[31mred`);
    assert.equal(text, "INFO ready red");
    assert.deepEqual(spans.map(({ start, end }) => [start, end]), [[0, 4], [11, 14]]);
    assert.equal(spans[0].style.fg, 2);
    assert.equal(spans[0].style.bold, true);
    assert.equal(spans[1].style.fg, 1);
  });

  it("are 16, 256 or all of them, with semicolons and with colons", () => {
    assert.equal(styleOf("93")?.fg, 11);
    assert.equal(styleOf("104")?.bg, 12);
    assert.equal(styleOf("38;5;208")?.fg, 208);
    assert.deepEqual(styleOf("48;2;1;2;3")?.bg, [1, 2, 3]);
    assert.deepEqual(styleOf("38:2::1:2:3")?.fg, [1, 2, 3]);
    assert.equal(styleOf("38:5:9")?.fg, 9);
    assert.equal(styleOf("38;5;999"), undefined);
    assert.equal(styleOf("38;2;1;2;3;1")?.bold, true);
  });

  it("end with what ends them", () => {
    assert.equal(styleOf("1;4;7;22;24;27"), undefined);
    assert.equal(styleOf("31;39"), undefined);
    assert.equal(styleOf("31;"), undefined);
    assert.equal(styleOf("2")?.dim, true);
    assert.equal(styleOf("7")?.inverse, true);
    assert.equal(styleOf("4:0"), undefined);
    assert.equal(styleOf(">4;1"), undefined);
  });

  it("last through a line that is redrawn", () => {
    const { text, spans } = parseAnsi(`${ESC}[32m10 %\r50 %\r100 %\r`);
    assert.equal(text, "␍100 %");
    assert.deepEqual(spans.map(({ start, end, style }) => [start, end, style.fg]), [[1, 6, 2]]);
  });
});

describe("what a terminal would have done", () => {
  for (const [what, line, left] of [
    ["a link", `${ESC}]8;;javascript:alert(1)\u0007click${ESC}]8;;\u0007 me`, "click me"],
    ["a link ended otherwise", `${ESC}]8;;http://x${ESC}\\click${ESC}]8;;${ESC}\\`, "click"],
    ["a title", `${ESC}]0;<b>title\u0007after`, "after"],
    ["the clipboard", `clip${ESC}]52;c;d2luZG93\u0007board`, "clipboard"],
    ["the cursor", `${ESC}[2J${ESC}[H${ESC}[5Aup`, "up"],
    ["a device control", `a${ESC}Pq#0;2;0\u0007${ESC}\\b`, "ab"],
    ["a message to the program", `a${ESC}_secret${ESC}\\b`, "ab"],
    ["the same in one character", "a\u009b31mred\u009d0;title\u009cb", "aredb"],
    ["a character set", `${ESC}(0lqk${ESC}(B`, "lqk"],
    ["an unfinished colour", `text${ESC}[31`, "text"],
    ["a lone escape", `text${ESC}`, "text"],
    ["a thousand beginnings", `${`${ESC}[`.repeat(1000)}m`, ""],
    ["an order with spaces", `${ESC}[1 qtext`, "text"],
  ]) {
    it(`is taken out whole: ${what}`, () => assert.equal(plain(line), left));
  }

  it("is named where nothing else can be done with it", () => {
    assert.equal(plain("bell\u0007 back\u0008space nul\u0000 del\u007f"), "bell␇ back␈space nul␀ del␡");
    assert.equal(plain("a\tb"), "a\tb");
    assert.equal(plain("\u202egnp.exe\u202c"), "⟨U+202E⟩gnp.exe⟨U+202C⟩");
    assert.equal(plain("one\u2028two"), "one↵two");
    assert.equal(plain("\u0085"), "⟨U+0085⟩");
  });

  for (const [what, line, left] of [
    ["a text that another one was written over", "rm -rf /\rall is well", "␍all is well"],
    ["many of them", "10 %\r\r50 %\r100 %\r\r", "␍100 %"],
    ["a title without an end", `text${ESC}]0;title and the rest`, "text␛"],
    ["a title that something else ends", `text${ESC}]0;title${ESC}[31mred`, "text␛red"],
    ["the same in one character", "text\u009d0;title and the rest", "text⟨U+009D⟩"],
    ["a device control without an end", `text${ESC}Pq#0;2;0`, "text␛"],
  ]) {
    it(`leaves a mark where it has hidden ${what}`, () => assert.equal(plain(line), left));
  }

  it("leaves no mark where a carriage return has hidden nothing", () => {
    for (const line of ["\rtext", "   \rtext", `\r${ESC}[Ktext`, "text\r\r"]) assert.equal(plain(line), "text");
  });

  it("leaves text of any language alone, HTML too", () => {
    for (const text of ["<b>한국어</b>", "👩\u200d👩\u200d👧", "Z̴̡̛͓a̵l̶g̷o̸"]) assert.equal(plain(text), text);
  });

  // A pattern that went back over what it has read would not come to an end here.
  for (const [part, left] of [[`${ESC}[`, 0], [`${ESC}]`, 1], [`${ESC}[38;`, 0], ["1;", 2], [`${ESC}P`, 1], ["\r", 0], ["\u202e", 8]]) {
    it(`is read to its end, however often broken: ${JSON.stringify(part)}`, () => {
      assert.equal(plain(String(part).repeat(100_000)).length, Number(left) * 100_000);
    });
  }
});

describe("colours on the page", () => {
  /** @param {number[]} rgb */
  const luminance = (rgb) => {
    const [red, green, blue] = rgb.map((part) => {
      const share = part / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const plainStyle = { fg: null, bg: null, bold: false, dim: false, italic: false, underline: false, inverse: false };

  it("can be read in both themes, whatever the program chose (AA)", () => {
    const some = [16, 17, 21, 46, 51, 82, 196, 201, 226, 231, 232, 244, 255].map((fg) => ({ ...plainStyle, fg }));
    const all = [0, 90, 255].flatMap((r) => [0, 120, 255].flatMap((g) => [0, 200].map((b) => [r, g, b])));
    for (const style of [...some, ...all.map((fg) => ({ ...plainStyle, fg: /** @type {[number, number, number]} */ (fg) }))]) {
      const { color } = cssOf(style);
      const [light, dark] = [...color.matchAll(/rgb\((\d+) (\d+) (\d+)\)/g)].map((match) => luminance(match.slice(1).map(Number)));
      // The lightest and the darkest ground a line can have: `--hover` of tokens.css.
      assert.ok((luminance([238, 241, 245]) + 0.05) / (light + 0.05) >= 4.5, `light ${color}`);
      assert.ok((dark + 0.05) / (luminance([26, 32, 41]) + 0.05) >= 4.5, `dark ${color}`);
    }
  });

  it("on a ground of the program's own the text keeps the page's colour", () => {
    assert.equal(cssOf({ ...plainStyle, fg: 1, bg: 2 }).color, "var(--text)");
    assert.match(cssOf({ ...plainStyle, bg: [1, 2, 3] }).backgroundColor, /^color-mix\(in srgb, rgb\(1 2 3\)/);
    assert.equal(cssOf({ ...plainStyle, inverse: true }).color, "var(--ground)");
    assert.equal(cssOf({ ...plainStyle, inverse: true, fg: 3 }).color, "var(--text)");
  });

  it("the sixteen are the page's own, in both themes", () => {
    const css = readFileSync(new URL("../../static/css/tokens.css", import.meta.url), "utf8");
    const pairs = [...css.matchAll(/--ansi-(\d+): light-dark\((#\w{6}), (#\w{6})\)/g)];
    assert.equal(pairs.length, 16);
    const part = (/** @type {string} */ colour) => [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
    for (const [, number, light, dark] of pairs) {
      assert.ok((luminance([238, 241, 245]) + 0.05) / (luminance(part(light)) + 0.05) >= 4.5, `light ${number}`);
      assert.ok((luminance(part(dark)) + 0.05) / (luminance([26, 32, 41]) + 0.05) >= 4.5, `dark ${number}`);
    }
    assert.equal(cssOf({ ...plainStyle, fg: 5 }).color, "var(--ansi-5)");
  });
});
