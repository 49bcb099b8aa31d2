"""Stats asked of an engine: many at once, nobody held up, nothing left behind."""

from __future__ import annotations

import threading
import time
from dataclasses import replace

import pytest

from dockmon.domain.container import Container, Details
from dockmon.domain.errors import (
    DockmonError,
    EngineRefused,
    EngineTimedOut,
    EngineUnavailable,
    NotFound,
)
from dockmon.domain.stats import Counters
from dockmon.engines.simulated import SimulatedClient
from dockmon.engines.simulated_fleet import SimulatedFleet
from dockmon.probes import engine_stats
from dockmon.probes.engine_stats import FEWEST_AT_ONCE, MOST_AT_ONCE, EngineStatsProbe
from dockmon.runtime import SystemClock, SystemTasks
from tests.kit.waiting import eventually


def container(number: int, started_at: float | None = 100.0, **facts) -> Container:
    details = Details(started_at=started_at, **facts)
    return Container("local", f"{number:064x}", f"c{number}", "x", "running", 1.0, details=details)


class Client:
    """An engine's client whose answers a test holds back, lets go, or replaces by an error."""

    def __init__(self) -> None:
        self.held: set[str] = set()
        self.error: dict[str, DockmonError] = {}
        self.every_error: DockmonError | None = None
        self.asked: list[str] = []
        self.under_way = 0
        self.most_under_way = 0
        self.seconds = 0.0
        self._changed = threading.Condition()

    def counters(self, container_id: str, at_once: bool = True) -> Counters:
        with self._changed:
            self.asked.append(container_id)
            self.under_way += 1
            self.most_under_way = max(self.most_under_way, self.under_way)
            self._changed.wait_for(lambda: container_id not in self.held, 60)
            if self.seconds:
                self._changed.wait(self.seconds)
            self.under_way -= 1
            error = self.every_error or self.error.get(container_id)
        if error is not None:
            raise error
        cpu_seconds = float(self.asked.count(container_id))
        return Counters(None, time.time(), cpu_seconds, network_rx_bytes=5, network_tx_bytes=6)

    def let_go(self) -> None:
        with self._changed:
            self.held.clear()
            self._changed.notify_all()


class Tasks(SystemTasks):
    """Counts what runs."""

    def __init__(self) -> None:
        super().__init__()
        self.spawned = 0
        self.running = 0

    def spawn(self, work, *args, name=""):
        self.spawned += 1
        self.running += 1

        def counted():
            try:
                work(*args)
            finally:
                self.running -= 1

        super().spawn(counted, name=name)


class Clock(SystemClock):
    """The machine's clock, and a test may let time pass."""

    def __init__(self) -> None:
        self.ahead_seconds = 0.0

    def monotonic(self) -> float:
        return super().monotonic() + self.ahead_seconds


@pytest.fixture
def client():
    return Client()


@pytest.fixture
def tasks():
    return Tasks()


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def probe(client, tasks, clock):
    probe = EngineStatsProbe("local", client, tasks, clock)
    yield probe
    probe.close()
    client.let_go()
    eventually(lambda: not tasks.running, what="the end of all tasks")


@pytest.fixture
def read(probe, clock, monkeypatch):
    """Read a second after the last time: who reads sooner does not wait for answers."""
    # Long enough for a busy machine to answer all that is answered.
    monkeypatch.setattr(engine_stats, "_SHORTEST_WAIT_SECONDS", 1.5)

    def read(containers):
        clock.ahead_seconds += 1.0
        return probe.read(containers)

    return read


def test_it_reads_every_container(read):
    containers = [container(number) for number in range(30)]
    counters = read(containers)
    assert counters.keys() == {one.id for one in containers}
    assert {one.cpu_seconds for one in counters.values()} == {1.0}
    assert {one.cpu_seconds for one in read(containers).values()} == {2.0}


def test_it_says_where_from(probe):
    assert probe.source == "engine"


def test_no_containers_no_requests(probe, client, tasks):
    assert probe.read([]) == {}
    assert client.asked == []
    assert tasks.spawned == 0


def test_a_life_ends_with_a_restart(read):
    lives = {
        read([one])[one.id].life
        for one in (container(1, 100.0), container(1, 100.0), container(1, 200.0))
    }
    assert len(lives) == 2
    assert all("engine" in life for life in lives)
    unknown = replace(container(1), details=None)
    assert read([unknown])[unknown.id].life not in lives


def test_an_answer_that_a_restart_has_overtaken_is_dropped(read, client):
    """It may be of the old life or of the new one."""
    client.held = {container(1).id}
    assert read([container(1, started_at=100.0)]) == {}
    assert read([container(1, started_at=200.0)]) == {}
    client.let_go()
    counters = eventually(lambda: read([container(1, started_at=200.0)]))
    assert {one.cpu_seconds >= 2 for one in counters.values()} == {True}
    assert {one.life for one in counters.values()} == {("engine", 200.0)}


def test_an_answer_of_the_last_life_is_not_repeated(read, client):
    assert read([container(1, started_at=100.0)])
    client.held = {container(1).id}
    assert read([container(1, started_at=200.0)]) == {}


@pytest.mark.parametrize(("is_own", "expected"), [(True, 5), (None, 5), (False, None)])
def test_traffic_that_is_not_its_own_is_unknown(read, is_own, expected):
    one = container(1, has_own_network=is_own)
    assert read([one])[one.id].network_rx_bytes == expected


# ----- one of them is slow


def test_one_that_hangs_holds_up_no_other(read, client):
    containers = [container(number) for number in range(20)]
    client.held = {containers[3].id}
    counters = {}
    for _ in range(5):
        counters = read(containers)
        assert containers[3].id not in counters
    assert len(counters) == 19
    assert {one.cpu_seconds for one in counters.values()} == {5.0}


def test_what_is_under_way_is_not_asked_again(read, client):
    containers = [container(number) for number in range(3)]
    client.held = {containers[0].id}
    for _ in range(4):
        read(containers)
    assert client.asked.count(containers[0].id) == 1


def test_a_late_answer_comes_with_a_later_reading(probe, client):
    one = container(1)
    client.held = {one.id}
    assert probe.read([one]) == {}
    client.let_go()
    assert eventually(lambda: probe.read([one]))[one.id].cpu_seconds >= 1.0


def test_a_slow_engine_is_asked_again_as_soon_as_it_has_answered(probe, client):
    one = container(1)
    client.held = {one.id}
    probe.read([one])
    probe.read([one])
    client.let_go()
    eventually(lambda: client.asked.count(one.id) == 2)
    eventually(lambda: not client.under_way)
    assert client.asked.count(one.id) == 2, "once for each reading and no more"


def test_an_old_answer_is_repeated_for_a_while_only(probe, client, clock):
    one = container(1)
    first = probe.read([one])
    client.held = {one.id}
    assert probe.read([one]) == first
    clock.ahead_seconds = 3.0
    assert probe.read([one]) == first
    for seconds in (9.0, 15.0):
        clock.ahead_seconds = seconds
        last = probe.read([one])
    assert last == {}


def test_readings_far_apart_still_find_what_came_late(probe, client, clock):
    one = container(1)
    client.held = {one.id}
    assert probe.read([one]) == {}
    client.let_go()
    eventually(lambda: not client.under_way)
    client.held = {one.id}
    clock.ahead_seconds = 15.0
    assert probe.read([one]).keys() == {one.id}


def test_as_many_that_hang_as_are_asked_at_once_hold_up_the_rest_only_for_a_while(
    probe, client, clock
):
    containers = [container(number) for number in range(FEWEST_AT_ONCE + 5)]
    hanging = {one.id for one in containers[:FEWEST_AT_ONCE]}
    client.held = set(hanging)
    assert probe.read(containers) == {}
    clock.ahead_seconds = engine_stats.PATIENCE_SECONDS + 0.1
    rest = {one.id for one in containers} - hanging
    eventually(lambda: probe.read(containers).keys() == rest)
    clock.ahead_seconds = 3 * engine_stats.PATIENCE_SECONDS
    eventually(lambda: probe.read(containers).keys() == rest)


# ----- how many at once


def test_a_quick_engine_is_asked_for_few_at_once(probe, client):
    containers = [container(number) for number in range(200)]
    for _ in range(3):
        eventually(lambda: len(probe.read(containers)) == 200)
    assert client.most_under_way <= FEWEST_AT_ONCE


def test_a_slow_engine_is_asked_for_as_many_at_once_as_a_sweep_a_second_needs(probe, client):
    containers = [container(number) for number in range(40)]
    client.seconds = 0.5
    eventually(lambda: probe.read(containers) and client.most_under_way >= 16)
    assert client.most_under_way <= 40


def test_however_slow_there_is_a_bound(probe, client, tasks):
    containers = [container(number) for number in range(MOST_AT_ONCE * 4)]
    client.seconds = 0.8
    eventually(lambda: probe.read(containers) and client.most_under_way == MOST_AT_ONCE)
    for _ in range(3):
        probe.read(containers)
    assert client.most_under_way == MOST_AT_ONCE
    assert tasks.running <= MOST_AT_ONCE


# ----- an engine in trouble


def test_an_engine_that_is_gone_is_asked_once_a_reading(read, client):
    containers = [container(number) for number in range(50)]
    assert len(read(containers)) == 50
    client.every_error = EngineUnavailable(reason="connection_refused")
    assert read(containers) == {}, "what was true of it is not true any more"
    client.asked.clear()
    for _ in range(5):
        began = time.monotonic()
        assert read(containers) == {}
        assert time.monotonic() - began < 1
    assert len(client.asked) <= 5
    client.every_error = None
    assert eventually(lambda: len(read(containers)) == 50)


def test_an_engine_that_hangs_is_not_flooded(probe, client, tasks, clock):
    containers = [container(number) for number in range(50)]
    probe.read(containers)
    client.held = {one.id for one in containers}
    for seconds in range(30):
        clock.ahead_seconds = float(seconds)
        probe.read(containers)
    assert client.under_way <= FEWEST_AT_ONCE + 30 / engine_stats.PATIENCE_SECONDS
    client.let_go()
    assert eventually(lambda: len(probe.read(containers)) == 50)


def test_requests_that_time_out_are_not_repeated_by_all_at_once(read, client):
    containers = [container(number) for number in range(50)]
    client.held = {one.id for one in containers}
    read(containers)
    client.every_error = EngineTimedOut()
    client.let_go()
    eventually(lambda: not client.under_way)
    client.asked.clear()
    read(containers)
    assert len(client.asked) == 1


@pytest.mark.parametrize(
    "error", [NotFound("container.not_found"), EngineRefused(status=500), EngineRefused(status=409)]
)
def test_a_container_the_engine_will_not_tell_of_is_left_out(read, client, error):
    containers = [container(number) for number in range(5)]
    assert len(read(containers)) == 5
    client.error[containers[2].id] = error
    for _ in range(3):
        assert read(containers).keys() == {one.id for one in containers} - {containers[2].id}


def test_a_fault_of_ours_ends_no_later_reading(probe, client, monkeypatch):
    monkeypatch.setattr(threading, "excepthook", lambda _details: None)
    one = container(1)
    client.error[one.id] = ValueError("a bug")
    for _ in range(FEWEST_AT_ONCE * 2):
        probe.read([one])
    client.error.clear()
    assert eventually(lambda: probe.read([one]))


# ----- letting go


def test_what_is_forgotten_is_gone(probe, read):
    one, other = container(1), container(2)
    read([one, other])
    probe.forget([one.id])
    assert read([other]).keys() == {other.id}


def test_an_answer_for_what_was_forgotten_meanwhile_is_dropped(probe, client):
    one, other = container(1), container(2)
    client.held = {one.id}
    probe.read([one, other])
    probe.forget([one.id])
    client.let_go()
    eventually(lambda: not client.under_way)
    assert probe.read([other]).keys() == {other.id}


def test_close_ends_every_wait_and_every_task(client, tasks, clock):
    probe = EngineStatsProbe("local", client, tasks, clock)
    containers = [container(number) for number in range(50)]
    client.held = {one.id for one in containers}
    reader = threading.Thread(target=probe.read, args=(containers,))
    reader.start()
    eventually(lambda: client.under_way)
    probe.close()
    reader.join(5)
    assert not reader.is_alive()
    client.let_go()
    eventually(lambda: not tasks.running)
    assert len(client.asked) <= FEWEST_AT_ONCE
    assert probe.read(containers) == {}
    assert not tasks.running


# ----- the simulated engine


def test_a_simulated_fleet_needs_no_task_for_each_container(clock):
    fleet = SimulatedFleet(containers=2_000)
    client, tasks = SimulatedClient("local", fleet), Tasks()
    probe = EngineStatsProbe("local", client, tasks, clock)
    running = [client.container(row.container.id) for row in client.list()]
    running = [one for one in running if one.state in ("running", "paused")]
    for reading in range(1, 4):
        assert eventually(lambda: len(probe.read(running)) == len(running))
        assert tasks.spawned <= FEWEST_AT_ONCE * reading * 2
    probe.close()
    eventually(lambda: not tasks.running)
