// The catalogues beside each other: each says all that English says, and nothing else.

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { describe, it } from "node:test";

import { computed } from "@preact/signals-core";
import { bytes, clockTime, duration, percent } from "../../static/js/lib/format.js";
import { currentLanguage, setCatalogue, t, tn } from "../../static/js/lib/i18n.js";

const folder = new URL("../../dockmon/i18n/", import.meta.url);
/** @type {Record<string, Record<string, string>>} */
const catalogues = {};
for (const file of readdirSync(folder).filter((name) => name.endsWith(".json"))) {
  catalogues[file.replace(".json", "")] = JSON.parse(readFileSync(new URL(file, folder), "utf8"));
}

const FORM = /\.(zero|one|two|few|many|other)$/;
/** @param {string} key */
const base = (key) => key.replace(FORM, "");
/** Keys that stand for a number of things in English. */
const counted = new Set(Object.keys(catalogues.en).filter((key) => /\.other$/.test(key)).map(base));
/** What must be there, whatever forms a language has. @param {Record<string, string>} catalogue */
const meanings = (catalogue) => new Set(Object.keys(catalogue).map((key) => (counted.has(base(key)) ? base(key) : key)));
/** @param {string} text */
const places = (text) => [...new Set(text.match(/\{\w+\}/g) ?? [])].sort();

describe("the languages", () => {
  it("are English and Korean", () => assert.deepEqual(Object.keys(catalogues).sort(), ["en", "ko"]));
});

for (const [language, catalogue] of Object.entries(catalogues)) {
  describe(language, () => {
    it("says all that English says, and nothing else", () => {
      const [own, english] = [meanings(catalogue), meanings(catalogues.en)];
      assert.deepEqual([...english].filter((key) => !own.has(key)), [], "not said");
      assert.deepEqual([...own].filter((key) => !english.has(key)), [], "said too much");
    });

    it("has the forms of number that its grammar has, and no other", () => {
      const { pluralCategories } = new Intl.PluralRules(language).resolvedOptions();
      for (const key of Object.keys(catalogue).filter((name) => counted.has(base(name)))) {
        const form = /** @type {Intl.LDMLPluralRule} */ (FORM.exec(key)?.[1]);
        assert.ok(pluralCategories.includes(form), `${key} is a form that ${language} has not`);
      }
      for (const key of counted) assert.ok(`${key}.other` in catalogue, key);
    });

    it("fills in the same facts", () => {
      for (const [key, text] of Object.entries(catalogue)) {
        const english = catalogues.en[key] ?? catalogues.en[`${base(key)}.other`];
        assert.deepEqual(places(text), places(english), key);
      }
    });

    it("has words for everything", () => {
      for (const [key, text] of Object.entries(catalogue)) assert.ok(text.trim(), key);
    });

    it("is sorted", () => {
      const keys = Object.keys(catalogue);
      assert.deepEqual(keys, [...keys].sort());
    });
  });
}

describe("Korean", () => {
  it("is Korean, but for names and units", () => {
    const foreign = Object.entries(catalogues.ko).filter(([key, text]) => text === catalogues.en[key] && /[a-z]{3}/.test(text.replace(/\{\w+\}/g, "")));
    const NAMES = /^(source|reason|logs|ports|engine|summary|host|exit|duration|charts?|panel|details|settings)\./;
    assert.deepEqual(foreign.filter(([key]) => !NAMES.test(key)), []);
  });
});

describe("a switch of language", () => {
  it("reaches every text that is shown", () => {
    setCatalogue("en", catalogues.en);
    const shown = computed(() => `${t("state.running")} ${tn("summary.containers", 2)} ${duration(300)} ${currentLanguage()}`);
    assert.equal(shown.value, "running 2 containers 5 min en");
    setCatalogue("ko", catalogues.ko);
    assert.match(shown.value, /^실행 중 .*2.* 5분 ko$/);
  });

  it("reaches numbers and dates", () => {
    const then = new Date(2026, 2, 5, 12, 3, 10).getTime() / 1000;
    const now = then + 3 * 86400;
    setCatalogue("de", catalogues.en);
    assert.match(percent(1.5), /^1,5/);
    setCatalogue("ko", catalogues.ko);
    assert.match(percent(1.5), /^1\.5/);
    assert.match(clockTime(then, now), /3월 5일 12:03:10/);
    assert.match(bytes(2048), /2\.0.KiB/);
    setCatalogue("en", catalogues.en);
    assert.match(clockTime(then, now), /Mar/);
  });
});
