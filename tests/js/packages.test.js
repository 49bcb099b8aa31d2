/** What the page is given of others' code. Counterpart: tools/vendor.py, package-lock.json. */

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";

const root = new URL("../../", import.meta.url);
const read = (path) => readFileSync(new URL(path, root), "utf8");

test("the lock names versions and hashes, and no registry", () => {
  const { packages } = JSON.parse(read("package-lock.json"));
  for (const [path, entry] of Object.entries(packages)) {
    assert.equal(entry.resolved, undefined, path);
    if (path !== "") assert.match(entry.integrity, /^sha512-/, path);
  }
});

test("every bare import in the vendored files is in the import map, and every map entry is a file", () => {
  const files = readdirSync(new URL("static/vendor/", root));
  const { imports } = JSON.parse(read("static/vendor/importmap.json"));
  for (const name of Object.values(imports)) assert.ok(files.includes(name), name);
  for (const file of files.filter((name) => /\.m?js$/.test(name))) {
    const code = read(`static/vendor/${file}`);
    assert.doesNotMatch(code, /sourceMappingURL/, file);
    for (const [, bare] of code.matchAll(/\bfrom"([^"./\s][^"\s]*)"/g)) assert.ok(imports[bare], `${file}: ${bare}`);
  }
});

test("every package that is handed on has its licence with it", () => {
  const text = read("static/vendor/THIRD_PARTY.txt");
  const { dependencies } = JSON.parse(read("package.json"));
  for (const [name, version] of Object.entries(dependencies)) assert.ok(text.includes(`${name} ${version} (`), name);
  for (const bundled of ["engine.io-client", "engine.io-parser", "socket.io-parser"]) assert.ok(text.includes(bundled));
});
