// What an engine says of a container, as facts; whatever is of the wrong kind is unknown.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  MASK,
  commandLine,
  environmentOf,
  healthOf,
  labelsOf,
  limitsOf,
  mountsOf,
  networksOf,
  sharedNetworkOf,
  timeOf,
} from "../../static/js/lib/inspect.js";

describe("the details of a container", () => {
  it("have limits, or say that there are none, or that nobody knows", () => {
    const host = { NanoCpus: 1_500_000_000, CpusetCpus: "0-1", Memory: 2 ** 28, PidsLimit: 100 };
    assert.deepEqual(limitsOf({ HostConfig: host }), { cpus: 1.5, cores: "0-1", memory: 2 ** 28, pids: 100 });
    const none = { NanoCpus: 0, CpuQuota: 0, Memory: 0, PidsLimit: null };
    assert.deepEqual(limitsOf({ HostConfig: none }), { cpus: Infinity, cores: "", memory: Infinity, pids: Infinity });
    assert.deepEqual(limitsOf({ HostConfig: { PidsLimit: -1 } }).pids, Infinity);
    assert.deepEqual(limitsOf({}), { cpus: null, cores: "", memory: null, pids: null });
  });

  it("count a quota as cores", () => {
    assert.equal(limitsOf({ HostConfig: { CpuQuota: 50_000, CpuPeriod: 100_000 } }).cpus, 0.5);
    assert.equal(limitsOf({ HostConfig: { CpuQuota: 200_000 } }).cpus, 2);
    assert.equal(limitsOf({ HostConfig: { CpuQuota: -1 } }).cpus, Infinity);
  });

  it("have health checks, newest first, and how long each took", () => {
    const log = [
      { Start: "2025-01-01T00:00:00.5Z", End: "2025-01-01T00:00:02.000000001Z", ExitCode: 0, Output: "ok" },
      { Start: "2025-01-01T00:01:00Z", End: "0001-01-01T00:00:00Z", ExitCode: -1, Output: 7 },
    ];
    const health = healthOf({
      State: { Health: { Status: "unhealthy", FailingStreak: 3, Log: log } },
      Config: { Healthcheck: { Test: ["CMD-SHELL", "curl -f localhost"] } },
    });
    assert.deepEqual(health, {
      command: "curl -f localhost",
      streak: 3,
      checks: [
        { at: Date.UTC(2025, 0, 1, 0, 1) / 1000, seconds: null, code: -1, output: "" },
        { at: Date.UTC(2025, 0, 1, 0, 0, 2) / 1000, seconds: 1.5, code: 0, output: "ok" },
      ],
    });
  });

  it("have no health without a check, or with one that was switched off", () => {
    assert.equal(healthOf({ State: {} }), null);
    assert.equal(healthOf({ State: { Health: { Log: null } }, Config: { Healthcheck: { Test: ["NONE"] } } }), null);
  });

  it("have mounts in the order of their places: volumes by name, and memory too", () => {
    const mounts = mountsOf({
      Mounts: [
        { Type: "volume", Name: "data", Source: "/var/lib/docker/volumes/data", Destination: "/data", RW: true },
        { Type: "bind", Source: "/etc/app", Destination: "/config", RW: false },
      ],
      HostConfig: { Tmpfs: { "/run": "size=64m" } },
    });
    assert.deepEqual(mounts, [
      { type: "bind", from: "/etc/app", to: "/config", readOnly: true },
      { type: "volume", from: "data", to: "/data", readOnly: false },
      { type: "tmpfs", from: "size=64m", to: "/run", readOnly: false },
    ]);
  });

  it("have networks with the addresses that there are", () => {
    const told = { IPAddress: "172.18.0.2", GlobalIPv6Address: "", MacAddress: "02:42", Aliases: ["web"], DNSNames: ["web", "abc"] };
    assert.deepEqual(networksOf({ NetworkSettings: { Networks: { shop: told, none: null } } }), [
      { name: "none", addresses: [], mac: "", aliases: [] },
      { name: "shop", addresses: ["172.18.0.2"], mac: "02:42", aliases: ["web", "abc"] },
    ]);
    assert.equal(sharedNetworkOf({ HostConfig: { NetworkMode: "container:abc" } }), "abc");
    assert.equal(sharedNetworkOf({ HostConfig: { NetworkMode: "bridge" } }), null);
  });

  it("have an environment: values may hold '=', be empty, be missing, be masked", () => {
    assert.deepEqual(environmentOf({ Config: { Env: ["A=b=c", "B=", "C", `D=${MASK}`, 7] } }), [
      { name: "A", value: "b=c", isMasked: false },
      { name: "B", value: "", isMasked: false },
      { name: "C", value: null, isMasked: false },
      { name: "D", value: MASK, isMasked: true },
    ]);
  });

  it("tell people's labels from those of Compose", () => {
    const labels = { b: "2", "com.docker.compose.project": "shop", a: "1", __proto__x: "3" };
    assert.deepEqual(labelsOf({ Config: { Labels: labels } }), {
      own: [["__proto__x", "3"], ["a", "1"], ["b", "2"]],
      compose: [["com.docker.compose.project", "shop"]],
    });
  });

  it("are unknown where they are of the wrong kind", () => {
    for (const wrong of [null, 7, "x", [], { State: 7, Config: [], HostConfig: "x", Mounts: {}, NetworkSettings: null }]) {
      const details = /** @type {any} */ (wrong);
      assert.equal(healthOf(details), null);
      assert.deepEqual(limitsOf(details), { cpus: null, cores: "", memory: null, pids: null });
      for (const read of [mountsOf, networksOf, environmentOf]) assert.deepEqual(read(details), []);
      assert.deepEqual(labelsOf(details), { own: [], compose: [] });
    }
    assert.deepEqual(environmentOf({ Config: JSON.parse('{"constructor": {"Env": ["A=1"]}}').constructor }), [
      { name: "A", value: "1", isMasked: false },
    ]);
  });

  it("write a command as it could be typed", () => {
    assert.equal(commandLine(["sh", "-c", "echo 'a b'", "--x=1"]), "sh -c 'echo '\\''a b'\\''' --x=1");
    assert.equal(commandLine([""]), "''");
  });

  it("know that the year 1 means never", () => {
    assert.equal(timeOf("0001-01-01T00:00:00Z"), null);
    assert.equal(timeOf("1970-01-01T00:00:10Z"), 10);
    assert.equal(timeOf(undefined), null);
  });
});
