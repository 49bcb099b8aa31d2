// The catalogue and the code: every key that is used has a text, and every text is used.

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { CHARTS } from "../../static/js/lib/chart.js";
import { TABS } from "../../static/js/lib/route.js";

const root = fileURLToPath(new URL("../../", import.meta.url));
/** @type {Record<string, string>} */
const catalogue = JSON.parse(readFileSync(join(root, "dockmon/i18n/en.json"), "utf8"));
const keys = new Set(Object.keys(catalogue));

const sources = ["lib", "state", "ui", "views"].flatMap((folder) => {
  const path = join(root, "static/js", folder);
  return readdirSync(path).map((name) => readFileSync(join(path, name), "utf8"));
});
const code = sources.join("\n");

const ACTIONS = ["start", "stop", "restart", "kill", "pause", "unpause", "remove"];
const OFFERS = [...ACTIONS, "remove_force"];
const COUNTED = ["running", "unhealthy", "failed", "oom", "restarting", "paused", "exited", "created"];

/**
 * Keys whose last part is chosen while the page runs, and what it can be.
 *
 * @type {Record<string, string[]>}
 */
const FAMILIES = {
  "action.": OFFERS,
  "action.short.": OFFERS,
  "ask.": ["kill", "remove", "remove_force"],
  "ask.itself.": ["stop", "restart", "kill", "pause", "remove"],
  "bulk.ask.": ["kill", "remove", "remove_force"].map((offer) => `${offer}.other`),
  "bulk.doing.": ACTIONS,
  "bulk.done.": ACTIONS.map((action) => `${action}.other`),
  "bulk.loss.": ["kill", "remove", "remove_force"].map((offer) => `${offer}.other`),
  "bulk.project.": ["start", "restart", "stop"].map((action) => `${action}.other`),
  "bulk.unknown.": ACTIONS.map((action) => `${action}.other`),
  "chart.": ["cpu", "memory", "network", "block"],
  "column.": ["memory_machine", ...statsColumns()],
  "connection.": ["live", "silent", "connecting", "reconnecting", "offline"],
  "empty.cause.": ["not_running", "no_access", "elsewhere"].flatMap((name) => [name, `${name}.help`]),
  "engine.": ["connecting", "up", "stale", "down"],
  "error.": serverCodes(),
  "exit.": ["125", "126", "127", "130", "134", "137", "139", "143"],
  "health.": ["healthy", "unhealthy", "starting"],
  "keys.": ["palette", "filter", "next", "previous", "open", "logs", "stop_start", "restart", "select", "leave", "help"],
  "palette.tab.": TABS,
  "logs.": ["opening", "following", "gone"],
  "logs.level.": ["trace", "debug", "info", "warn", "error", "fatal"],
  "logs.level_from.": ["debug", "info", "warn", "error", "fatal"],
  "logs.several.": ["opening", "following", "ended", "gone"],
  "logs.times.": ["off", "local", "utc"],
  "mount.": ["bind", "volume", "tmpfs", "npipe", "image", "cluster"],
  "pending.": ACTIONS,
  "policy.": ["no", "always", "unless-stopped", "on-failure"],
  "reason.": serverReasons(),
  "refused.": ACTIONS,
  "role.": ["viewer", "operator", "admin"],
  "setting.": ["user", "directory", "hostname", "entrypoint", "command", "network_mode", "log_driver", "privileged", "capabilities", "runtime", "platform"],
  "source.": ["websocket", "long-polling", "http"],
  "state.": ["created", "running", "paused", "restarting", "removing", "exited", "dead"],
  "summary.": COUNTED.map((kind) => `${kind}.other`),
  "tab.": TABS,
  "table.": ["name", "state", "image", "cpu", "memory", "network", "ports", "age", "restarts"],
  "theme.": ["auto", "light", "dark"],
  "title.": ["offline", "engines_down", "engines_stale", "unhealthy", "restarting"].map((kind) => `${kind}.other`),
  "unknown.": ACTIONS,
};

/** What the server itself says, in its acks. */
const SERVERS_OWN = new Set(["ack.changed", "ack.already_so"]);

/** What the server can refuse with, and what the client library adds. */
function serverCodes() {
  const text = readFileSync(join(root, "dockmon/domain/errors.py"), "utf8");
  const codes = text.match(/\b(?:auth|request|container|engine|internal)\.[a-z_]+/g) ?? [];
  assert.ok(codes.length > 10, "the codes are no longer where they were");
  return [...new Set(codes), "connection.lost"];
}

/** What the charts name: all that is drawn. */
function statsColumns() {
  return CHARTS.flatMap(({ columns }) => columns);
}

function serverReasons() {
  const text = readFileSync(join(root, "dockmon/domain/engine.py"), "utf8");
  const reasons = /^REASONS.*\(([^)]*)\)/m.exec(text)?.[1].match(/[a-z_]+/g) ?? [];
  assert.ok(reasons.length > 5, "the reasons are no longer where they were");
  return reasons;
}

/** Whole keys in the code: whatever is written like one and begins like one. */
function literalKeys() {
  const roots = new Set([...keys].map((key) => key.split(".")[0]));
  const literals = [...code.matchAll(/"([a-z_]+(?:\.[a-z_-]+)+)"/g)].map((match) => match[1]);
  return new Set(literals.filter((literal) => roots.has(literal.split(".")[0])));
}

/** Codes may have other words in front of the page, and for a reason of their own. */
const PLACED = /^error\.(.+)\.(signin|setup|dockmon_itself)$/;

describe("the catalogue", () => {
  const literals = literalKeys();
  const families = Object.entries(FAMILIES).flatMap(([prefix, names]) => names.map((name) => prefix + name));

  it("has every key that the code writes out", () => {
    const codes = new Set(FAMILIES["error."]);
    const missing = [...literals].filter((key) => !keys.has(key) && !keys.has(`${key}.other`) && !codes.has(key));
    assert.deepEqual(missing, []);
  });

  it("has every key that the code puts together", () => {
    assert.deepEqual(families.filter((key) => !keys.has(key)), []);
  });

  it("knows every family that the code puts together", () => {
    const prefixes = [...code.matchAll(/\b(?:t|tn|tryT)\(\s*`([a-z_.]+)\$\{/g)].map((match) => match[1]);
    assert.deepEqual(prefixes.filter((prefix) => !(prefix in FAMILIES)), []);
    assert.deepEqual(Object.keys(FAMILIES).filter((prefix) => !prefixes.includes(prefix)), []);
  });

  it("has nothing that nobody says", () => {
    const said = new Set([...literals, ...families]);
    const unsaid = [...keys].filter((key) => {
      const counted = key.replace(/\.(zero|one|two|few|many|other)$/, "");
      const placed = PLACED.exec(key);
      if (placed && FAMILIES["error."].includes(placed[1])) return false;
      return !SERVERS_OWN.has(key) && !said.has(key) && !said.has(counted) && !said.has(`${counted}.other`);
    });
    assert.deepEqual(unsaid, []);
  });

  it("is sorted, so that a key is found and merges stay small", () => {
    assert.deepEqual([...keys], [...keys].sort());
  });
});
