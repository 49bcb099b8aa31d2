// Figures, times, images, ports and errors as the page writes them.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { before, describe, it } from "node:test";

import { errorWords } from "../../static/js/lib/errors.js";
import * as format from "../../static/js/lib/format.js";
import { setCatalogue, t, tn, tryT } from "../../static/js/lib/i18n.js";
import { splitImage } from "../../static/js/lib/image.js";
import { portLabels } from "../../static/js/lib/ports.js";
import { TABS, containerHref, parseRoute, projectLogsHref, severalLogsHref } from "../../static/js/lib/route.js";

const catalogue = JSON.parse(readFileSync(new URL("../../dockmon/i18n/en.json", import.meta.url), "utf8"));
const spaced = (/** @type {string} */ text) => text.replaceAll("\u202f", " ");

before(() => setCatalogue("en", catalogue));

describe("words", () => {
  it("fills places and leaves unknown ones visible", () => {
    assert.equal(t("action.stop", { name: "web-1" }), "Stop web-1");
    assert.equal(t("action.stop"), "Stop {name}");
  });

  it("counts by the language's rule, with one form where one is enough", () => {
    assert.equal(tn("summary.engines", 1), "1 engine");
    assert.equal(tn("summary.engines", 2), "2 engines");
    assert.equal(tn("summary.exited", 1), "1 exited");
  });

  it("shows the key of a missing text, and null where the key came from outside", () => {
    assert.equal(t("no.such.key"), "no.such.key");
    assert.equal(tryT("reason.of_the_future"), null);
  });
});

describe("figures", () => {
  it("never turns unknown into a number", () => {
    for (const write of [format.percent, format.bytes, format.rate]) {
      assert.equal(write(null), format.DASH);
    }
    assert.equal(format.bytesOf(null, 1), format.DASH);
    assert.equal(format.bytesOf(1, null), format.DASH);
    assert.equal(spaced(format.percent(0)), "0.0 %");
  });

  it("keeps one digit where it tells something", () => {
    assert.equal(spaced(format.percent(3.14)), "3.1 %");
    assert.equal(spaced(format.percent(9.96)), "10 %");
    assert.equal(spaced(format.bytes(0)), "0 B");
    assert.equal(spaced(format.bytes(1536)), "1.5 KiB");
    assert.equal(spaced(format.bytes(999.7 * 1024)), "1.0 MiB");
    assert.equal(spaced(format.rate(340_000)), "340 kB/s");
    assert.equal(spaced(format.rate(1_200_000)), "1.2 MB/s");
  });

  it("writes both of a pair in the unit of the total", () => {
    assert.equal(spaced(format.bytesOf(0.4 * 2 ** 30, 23.5 * 2 ** 30)), "0.4 / 23.5 GiB");
    assert.equal(spaced(format.bytesOf(171 * 2 ** 30, 240 * 2 ** 30)), "171 / 240 GiB");
  });
});

describe("times", () => {
  it("writes a duration in its largest unit and never a negative one", () => {
    const seconds = [-3, 0, 59.9, 60, 3599, 3600, 48 * 3600 - 1, 48 * 3600];
    assert.deepEqual(
      seconds.map((value) => format.duration(value)),
      ["0 s", "0 s", "59 s", "1 min", "59 min", "1 h", "47 h", "2 d"],
    );
  });

  it("adds the date to a clock time of another day", () => {
    const noon = new Date(2025, 2, 4, 12, 3, 10).getTime() / 1000;
    assert.equal(format.clockTime(noon, noon + 60), "12:03:10");
    assert.equal(format.clockTime(noon, noon + 86400), "Mar 4 12:03:10");
  });
});

describe("images", () => {
  const digest = "0123456789abcdef".repeat(4);
  for (const [image, prefix, name] of [
    ["nginx:1.27", "", "nginx:1.27"],
    ["docker.io/library/redis:7", "", "redis:7"],
    ["docker.io/grafana/loki", "grafana/", "loki"],
    ["registry.example.com:5000/team/app:1.2", "registry.example.com:5000/team/", "app:1.2"],
    [`jellyfin/jellyfin@sha256:${digest}`, "jellyfin/", "jellyfin@0123456789ab"],
    [`sha256:${digest}`, "", "0123456789ab"],
    [digest, "", "0123456789ab"],
  ]) {
    it(`cuts ${image.slice(0, 40)}`, () => assert.deepEqual(splitImage(image), { prefix, name }));
  }
});

describe("ports", () => {
  const port = (/** @type {Partial<import("../../static/js/lib/ports.js").Port>} */ fields) => ({
    ip: "0.0.0.0",
    private_port: 80,
    public_port: 8080,
    protocol: "tcp",
    ...fields,
  });

  it("says a port once that is bound for both families", () => {
    assert.deepEqual(portLabels([port({}), port({ ip: "::" })], "nas.lan"), [
      { label: ":8080→80", href: "http://nas.lan:8080/", published: true },
    ]);
  });

  it("puts published ones first, by number", () => {
    const ports = [port({ public_port: null, ip: null, private_port: 22 }), port({ public_port: 443, private_port: 443 }), port({})];
    assert.deepEqual(portLabels(ports, null).map(({ label }) => label), [":443", ":8080→80", "22"]);
  });

  it("links only where a browser can go", () => {
    const href = (/** @type {any} */ fields, /** @type {string | null} */ host) => portLabels([port(fields)], host)[0].href;
    assert.equal(href({ protocol: "udp" }, "nas.lan"), null);
    assert.equal(href({}, null), null);
    assert.equal(href({ ip: "127.0.0.1" }, "nas.lan"), null);
    assert.equal(href({ ip: "127.0.0.1" }, "localhost"), "http://localhost:8080/");
    assert.equal(href({ ip: "10.0.0.5" }, "nas.lan"), "http://10.0.0.5:8080/");
    assert.equal(href({ ip: "fd00::5" }, "nas.lan"), "http://[fd00::5]:8080/");
    assert.equal(href({ public_port: 8443, private_port: 443 }, "nas.lan"), "https://nas.lan:8443/");
  });

  it("takes no ports at all", () => assert.deepEqual(portLabels(null, null), []));
});

describe("addresses", () => {
  const id = "f".repeat(64);
  const panelOf = (/** @type {string} */ fragment) => {
    const address = parseRoute("", fragment);
    return address.view === "home" ? address.panel : undefined;
  };

  it("reads what each asks for", () => {
    assert.deepEqual(parseRoute("setup", "#ab%20c"), { view: "setup", code: "ab c" });
    assert.deepEqual(parseRoute("", ""), { view: "home", panel: null, signIn: null });
    assert.deepEqual(parseRoute("", "#signin=ada:p%3Aw%25%20d"), {
      view: "home",
      panel: null,
      signIn: { username: "ada", password: "p:w% d" },
    });
    assert.deepEqual(parseRoute("signin", "#/c/local/abc/logs"), {
      view: "home",
      panel: { panel: "container", engine: "local", id: "abc", tab: "logs" },
      signIn: null,
    });
  });

  it("reads back the address it writes", () => {
    const short = { engine: "local", id: "f".repeat(12) };
    assert.deepEqual(panelOf(containerHref({ engine: "local", id })), { panel: "container", ...short, tab: "overview" });
    for (const tab of TABS) {
      assert.deepEqual(panelOf(containerHref({ engine: "local", id }, tab)), { panel: "container", ...short, tab });
    }
    const project = { panel: "project", engine: "local", project: "a/b c%" };
    assert.deepEqual(panelOf(projectLogsHref(project.engine, project.project)), project);
    const containers = [short, { engine: "nas", id: "e".repeat(12) }];
    assert.deepEqual(panelOf(severalLogsHref(containers)), { panel: "several", containers });
  });

  it("opens nothing for an address that makes no sense", () => {
    assert.deepEqual(parseRoute("setup", "#%zz"), { view: "setup", code: "%zz" });
    for (const fragment of ["#/", "#/c/local", "#/c/local/abc/what", "#/c//abc", "#/p/local", "#/logs/local", "#x/c/local/abc"]) {
      assert.equal(panelOf(fragment), null, fragment);
    }
  });
});

describe("errors", () => {
  it("adds the facts that come with the code", () => {
    assert.equal(errorWords({ code: "auth.rate_limited", params: { retry_after_seconds: 4.2 } }), "Too many attempts. Try again in 5 s. [auth.rate_limited]");
    assert.match(errorWords({ code: "engine.refused", params: { message: "port is taken" } }), /said: port is taken \[engine\.refused\]$/);
    assert.match(errorWords({ code: "engine.unavailable", params: { reason: "timed_out", message: "x" } }), /Reason: no answer in time\. \[engine\.unavailable\]$/);
  });

  it("has other words in front of the page", () => {
    assert.notEqual(errorWords({ code: "auth.required" }, "signin"), errorWords({ code: "auth.required" }));
  });

  it("names a code that it does not know, and what has none", () => {
    assert.match(errorWords({ code: "engine.on_fire" }), /engine\.on_fire/);
    assert.equal(errorWords(new TypeError("failed")), `${t("error.connection.lost")} [connection.lost]`);
  });
});
