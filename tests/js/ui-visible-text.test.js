// Text of outsiders: what is read is what is there.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { beginning, visibleText } from "../../static/js/lib/visible-text.js";

describe("text of outsiders", () => {
  it("shows what would turn the direction of what stands beside it", () => {
    assert.equal(visibleText("\u202egnp.exe\u202c"), "⟨U+202E⟩gnp.exe⟨U+202C⟩");
    assert.equal(visibleText("\u2066a\u2069\u200f"), "⟨U+2066⟩a⟨U+2069⟩⟨U+200F⟩");
  });

  it("shows what has no width, but for what joins letters", () => {
    assert.equal(visibleText("a\u200bb\ufeff"), "a⟨U+200B⟩b⟨U+FEFF⟩");
    assert.equal(visibleText("\u{1f469}\u200d\u{1f467} 한국어"), "\u{1f469}\u200d\u{1f467} 한국어");
  });

  it("shows the escapes of a terminal, and obeys none", () => {
    assert.equal(visibleText("\u001b[31mred\u0007\u0000\u007f"), "␛[31mred␇␀␡");
    assert.equal(visibleText("\u009b31m"), "⟨U+009B⟩31m");
  });

  it("keeps lines and tabs", () => {
    assert.equal(visibleText("a\n\tb\r\n"), "a\n\tb␍\n");
  });

  it("begins with whole characters", () => {
    assert.equal(beginning("a\u{1f469}b", 2), "a");
    assert.equal(beginning("abc", 2), "ab");
  });
});
