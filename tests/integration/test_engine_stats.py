"""Stats asked of real engines: the numbers of `docker stats`, and nobody held up by anybody."""

from __future__ import annotations

import time

import pytest

from dockmon.config import EngineAddress
from dockmon.domain.stats import sample
from dockmon.engines.client import DockerClient
from dockmon.probes.engine_stats import MOST_AT_ONCE, EngineStatsProbe
from dockmon.runtime import SystemClock, SystemTasks
from tests.kit.chaos import ChaosProxy
from tests.kit.waiting import eventually

WORK = (
    "dd if=/dev/zero of=/dev/shm/held bs=1M count=16; dd if=/dev/zero of=/file bs=1M count=8;"
    " sync; while true; do echo x > /dev/null; done"
)


class Tasks(SystemTasks):
    """Counts what runs."""

    def __init__(self):
        super().__init__()
        self.running = 0

    def spawn(self, work, *args, name=""):
        self.running += 1

        def counted():
            try:
                work(*args)
            finally:
                self.running -= 1

        super().spawn(counted, name=name)


@pytest.fixture
def tasks():
    return Tasks()


@pytest.fixture
def probe_of(tasks):
    """Return a probe over a client; all of it is gone after the test."""
    made = []

    def probe(client):
        client.connect()
        made.append((EngineStatsProbe("local", client, tasks, SystemClock()), client))
        return made[-1][0]

    yield probe
    for probe, client in made:
        probe.close()
        client.close()
    eventually(lambda: not tasks.running, what="the end of all requests")


@pytest.fixture
def proxy(engine, tmp_path):
    with ChaosProxy(engine.socket, tmp_path / "chaos.sock") as proxy:
        yield proxy


def through(proxy, **options):
    return DockerClient(EngineAddress("local", f"unix://{proxy.path}"), **options)


def fresh(probe, containers):
    """Return counters that were all asked for after this call."""
    asked_at = time.time()
    counters = {}

    def is_fresh():
        counters.update(probe.read(containers))
        return len(counters) == len(containers) and all(
            one.at >= asked_at for one in counters.values()
        )

    eventually(is_fresh)
    return counters


def said(engine, container_id):
    """Return the engine's own answer, by the SDK."""
    return engine.api.stats(container_id, stream=False)


def used(answer):
    """Return what `docker stats` shows as memory, by the formula of its documentation."""
    memory = answer["memory_stats"]
    return memory["usage"] - memory.get("stats", {}).get("total_inactive_file", 0)


def test_the_numbers_are_those_of_the_engines_own_stats(engine, probe_of):
    limits = {"Memory": 64 << 20, "NanoCpus": 300_000_000}
    container_id = engine.run("busy", "sh", "-c", WORK, HostConfig=limits)
    client = engine.client()
    probe = probe_of(client)
    containers = [client.container(container_id)]
    first_said, first = said(engine, container_id), fresh(probe, containers)[container_id]
    second = eventually(lambda: _later(fresh(probe, containers)[container_id], first.at + 2))
    second_said = said(engine, container_id)

    totals = [one["cpu_stats"]["cpu_usage"]["total_usage"] for one in (first_said, second_said)]
    assert totals[0] / 1e9 <= first.cpu_seconds < second.cpu_seconds <= totals[1] / 1e9
    system = [one["cpu_stats"]["system_cpu_usage"] for one in (first_said, second_said)]
    cores = second_said["cpu_stats"]["online_cpus"]
    percent = (totals[1] - totals[0]) / (system[1] - system[0]) * cores * 100
    rates = sample(first, second)
    assert rates.cpu_percent == pytest.approx(percent, abs=5)
    assert rates.cpu_throttled_percent > 0
    # The kernel's own share of it moves from second to second.
    assert eventually(
        lambda: (
            used(said(engine, container_id))
            == pytest.approx(
                fresh(probe, containers)[container_id].memory_bytes, rel=0.01, abs=64 << 10
            )
        )
    )
    assert rates.memory_limit_bytes == second_said["memory_stats"]["limit"] == 64 << 20
    assert rates.pids == second_said["pids_stats"]["current"]
    entries = second_said["blkio_stats"]["io_service_bytes_recursive"]
    for name in ("read", "write"):
        total = sum(one["value"] for one in entries if one["op"].lower() == name)
        assert getattr(second, f"block_{name}_bytes") == total


def _later(counters, at):
    return counters if counters.at >= at else None


def test_network_totals_are_those_of_the_engine(start_engine, probe_of):
    engine = start_engine(has_bridge=True)
    talk = "while true; do wget -T 1 -O - http://10.255.255.1/ ; sleep 0.05; done"
    container_id = engine.run("talker", "sh", "-c", talk, HostConfig={"NetworkMode": "bridge"})
    client = engine.client()
    probe = probe_of(client)
    containers = [client.container(container_id)]
    before = said(engine, container_id)["networks"]["eth0"]
    counters = fresh(probe, containers)[container_id]
    after = said(engine, container_id)["networks"]["eth0"]
    for mine, theirs in (("network_rx_bytes", "rx_bytes"), ("network_tx_bytes", "tx_bytes")):
        assert before[theirs] <= getattr(counters, mine) <= after[theirs]


@pytest.mark.parametrize("kind", ["engine", "podman"])
def test_a_container_on_the_hosts_network_has_no_traffic_of_its_own(kind, probe_of, request):
    engine = request.getfixturevalue(kind)
    container_id = engine.run("host", HostConfig={"NetworkMode": "host"})
    client = engine.client()
    counters = fresh(probe_of(client), [client.container(container_id)])[container_id]
    assert (counters.network_rx_bytes, counters.network_tx_bytes) == (None, None)
    assert counters.memory_bytes > 0


def test_a_restart_is_a_new_life(engine, probe_of):
    container_id = engine.run("again")
    client = engine.client()
    probe = probe_of(client)
    before = fresh(probe, [client.container(container_id)])[container_id]
    engine.api.restart(container_id, timeout=1)
    after = fresh(probe, [client.container(container_id)])[container_id]
    assert before.life != after.life
    assert sample(before, after).cpu_percent is None
    assert after.memory_bytes > 0


def test_a_paused_container_still_tells_its_memory(engine, probe_of):
    ids = [engine.run("paused"), engine.run("runs")]
    engine.api.pause(ids[0])
    client = engine.client()
    counters = fresh(probe_of(client), [client.container(one) for one in ids])
    assert counters[ids[0]].memory_bytes > 0


# ----- nobody held up


def test_a_container_the_engine_never_answers_for_holds_up_no_other(engine, proxy, probe_of):
    ids = [engine.run(f"c{number}") for number in range(6)]
    client = through(proxy)
    probe = probe_of(client)
    containers = [client.container(one) for one in ids]
    proxy.hold = f"{ids[2]}/stats"
    others = [one for one in containers if one.id != ids[2]]
    for _ in range(3):
        asked_at = time.time()
        assert eventually(
            lambda asked_at=asked_at: (
                (found := probe.read(containers)).keys() == {one.id for one in others}
                and all(one.at > asked_at for one in found.values())
            )
        )
    asked = [path for _method, path in proxy.requests if f"{ids[2]}/stats" in path]
    assert len(asked) == 1, "it was asked again while it had not answered"
    proxy.hold = None
    assert eventually(lambda: ids[2] in probe.read(containers))


def test_a_frozen_engine_costs_a_moment_and_no_more(engine, proxy, probe_of, tasks):
    ids = [engine.run(f"c{number}") for number in range(6)]
    client = through(proxy, control_timeout_seconds=2)
    probe = probe_of(client)
    containers = [client.container(one) for one in ids]
    fresh(probe, containers)
    proxy.freeze()
    began = time.monotonic()
    while time.monotonic() - began < 8:
        asked = time.monotonic()
        probe.read(containers)
        assert time.monotonic() - asked < 2
        assert tasks.running <= len(ids) * 2
        time.sleep(0.2)
    assert probe.read(containers) == {}, "what was true before is not true any more"
    proxy.thaw()
    assert fresh(probe, containers).keys() == set(ids)


def test_an_engine_that_is_gone_is_noticed_at_once(engine, probe_of, tasks):
    containers = []
    client = engine.client()
    probe = probe_of(client)
    containers = [client.container(engine.run(f"c{number}")) for number in range(4)]
    fresh(probe, containers)
    engine.hide_socket()
    eventually(lambda: probe.read(containers) == {}, timeout=5)
    began = time.monotonic()
    assert probe.read(containers) == {}
    assert time.monotonic() - began < 1
    engine.show_socket()
    assert fresh(probe, containers)


def test_a_slow_engine_still_tells_of_many_about_once_a_second(engine, probe_of, tasks):
    ids = [engine.run(f"c{number}", "sleep", "1000") for number in range(12)]
    client = engine.client()
    probe = probe_of(client)
    containers = [client.container(one) for one in ids]
    fresh(probe, containers)
    seen = {one: set() for one in ids}
    # Three ticks of an engine that lets every request wait for its next one.
    began = time.monotonic()
    while min(len(ats) for ats in seen.values()) < 4:
        for one, counters in probe.read(containers).items():
            seen[one].add(counters.at)
        time.sleep(0.1)
        assert time.monotonic() - began < 20
    assert tasks.running <= MOST_AT_ONCE
