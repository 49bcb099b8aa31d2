// Keys whatever the keyboard writes, and finding by a few letters.

import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { fuzzy } from "../../static/js/lib/fuzzy.js";
import { keyOf } from "../../static/js/lib/keys.js";

describe("a key", () => {
  it("is the same with Korean switched on, while composing, and with Caps Lock", () => {
    assert.equal(keyOf({ key: "j", code: "KeyJ" }), "j");
    assert.equal(keyOf({ key: "ㅓ", code: "KeyJ" }), "j");
    assert.equal(keyOf({ key: "Process", code: "KeyJ" }), "j");
    assert.equal(keyOf({ key: "J", code: "KeyJ" }), "j");
  });
  it("is what is written on it where the keyboard is another one of the same script", () => {
    assert.equal(keyOf({ key: "a", code: "KeyQ" }), "a");
    assert.equal(keyOf({ key: "/", code: "Digit7" }), "/");
    assert.equal(keyOf({ key: "?", code: "Slash" }), "?");
    assert.equal(keyOf({ key: "Escape", code: "Escape" }), "Escape");
  });
});

describe("finding", () => {
  /** @param {string} query @param {string[]} texts */
  const best = (query, texts) =>
    texts
      .flatMap((text) => {
        const hit = fuzzy(query, text);
        return hit ? [{ text, score: hit.score }] : [];
      })
      .sort((a, b) => b.score - a.score)
      .map(({ text }) => text);

  it("takes letters in their order, and every word", () => {
    assert.ok(fuzzy("shw1", "shop-web-1"));
    assert.ok(fuzzy("web shop", "shop-web-1"));
    assert.ok(fuzzy("", "anything"));
    assert.equal(fuzzy("bew", "shop-web-1"), null);
    assert.equal(fuzzy("web db", "shop-web-1"), null);
  });
  it("puts the beginning of a word before its middle, and the shorter before the longer", () => {
    assert.deepEqual(best("web", ["cobweb", "shop-web-1", "web"]), ["web", "shop-web-1", "cobweb"]);
    assert.deepEqual(best("api", ["a-p-i", "api-gateway", "api"]), ["api", "api-gateway", "a-p-i"]);
  });
  it("tells which letters were meant, whatever their case, Korean and pictures among them", () => {
    assert.deepEqual([...(fuzzy("W1", "shop-web-1")?.places ?? [])], [5, 9]);
    assert.deepEqual([...(fuzzy("중지", "컨테이너 중지")?.places ?? [])], [5, 6]);
    assert.deepEqual([...(fuzzy("🐳b", "a🐳-b")?.places ?? [])], [1, 2, 4]);
  });
  it("is quick with a name of a hundred thousand letters", () => {
    assert.ok(fuzzy("aaa z", `${"a".repeat(100_000)} z`));
  });
});
