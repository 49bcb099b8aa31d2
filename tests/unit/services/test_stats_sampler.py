"""Container stats: one sweep for all steps, full rate only for viewers, true averages."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence

import pytest

from dockmon.domain.container import Container
from dockmon.domain.engine import EngineInfo
from dockmon.domain.engine_events import EngineEvent
from dockmon.domain.errors import NotFound
from dockmon.domain.reconcile import Row
from dockmon.domain.stats import COLUMNS, Counters
from dockmon.services.inventory import Inventory
from dockmon.services.paces import IDLE_INTERVAL_SECONDS
from dockmon.services.stats_sampler import StatsSampler, stats_room
from tests.kit.people import ManualClock

WEB, DB = "a" * 64, "b" * 64


class Probe:
    """Counters that a test sets; notes who was asked for."""

    source, reason = "cgroup", "a test"

    def __init__(self, clock: ManualClock) -> None:
        self.clock = clock
        self.cpu_seconds: dict[str, float | None] = {WEB: 10.0, DB: 20.0}
        self.life: dict[str, object] = {}
        self.frozen_at: float | None = None
        self.asked: list[list[str]] = []
        self.forgotten: set[str] = set()
        self.is_closed = False
        self.meanwhile: Callable[[], object] = lambda: None

    def read(self, containers: Sequence[Container]) -> dict[str, Counters]:
        self.meanwhile()
        self.asked.append([one.id for one in containers])
        at = self.clock.monotonic() if self.frozen_at is None else self.frozen_at
        return {
            one.id: Counters(self.life.get(one.id, 1), at, self.cpu_seconds[one.id], pids=3)
            for one in containers
            if one.id in self.cpu_seconds
        }

    def forget(self, container_ids: Iterable[str]) -> None:
        self.forgotten |= set(container_ids)

    def close(self) -> None:
        self.is_closed = True


class Listeners:
    """A publisher with rooms that a test opens."""

    def __init__(self) -> None:
        self.rooms: set[str] = set()
        self.said: list[tuple[str, dict]] = []

    def has_listeners(self, namespace: str, room: str) -> bool:
        return room in self.rooms

    def publish(self, namespace, room, event, payload, catch_up=None) -> None:
        assert (namespace, event) == ("/metrics", "container-stats")
        self.said.append((room, payload))


class Once:
    """A supervisor that runs nothing by itself: tests turn the handle."""

    def keep(self, name, body) -> None:
        self.body = body


class World:
    """One engine with two running containers, a sampler, and a clock that stands still."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.clock.now = 1000.0
        self.inventory = Inventory(["local"], self.clock)
        self.probe = Probe(self.clock)
        self.listeners = Listeners()
        self.supervisor = Once()
        self.sampler = StatsSampler(
            self.inventory, {"local": self.probe}, self.listeners, self.supervisor, self.clock, 1.0
        )
        self.sampler.start()

    def list(self, **states: str) -> None:
        names = {"web": WEB, "db": DB}
        rows = [
            Row(Container("local", names[name], name, "x", state, 1.0))
            for name, state in states.items()
        ]
        self.inventory.connected("local", EngineInfo("1", "1.41"))
        self.inventory.reconcile("local", rows, self.inventory.mark("local"))
        self.inventory.confirm("local")

    def listen(self, step: float) -> None:
        self.listeners.rooms.add(stats_room("local", step))
        self.sampler.want("local", step)

    def tick(self, seconds: float = 0.0) -> None:
        """Let time pass and give the loop its turn; it never waits."""
        self.clock.advance(seconds)
        self.sampler.want("local", 1.0)  # so that the wait at its end returns at once
        self.supervisor.body()

    def cpu(self, step: float = 1.0) -> list[float | None]:
        """The CPU column of what was said last at a step."""
        payload = [said for room, said in self.listeners.said if room == stats_room("local", step)]
        return [row[COLUMNS.index("cpu_percent")] for row in payload[-1]["rows"]]


@pytest.fixture
def world() -> World:
    world = World()
    world.list(web="running", db="running")
    world.tick()
    return world


def test_a_row_for_every_container_alive_with_all_columns(world):
    world.list(web="running", db="exited")
    world.listen(1.0)
    world.tick(1)
    room, payload = world.listeners.said[-1]
    assert room == "stats.local.1"
    assert payload["columns"] == COLUMNS
    assert payload["interval_seconds"] == 1.0
    assert payload["timestamp"] == world.clock.time()
    assert [row[0] for row in payload["rows"]] == [WEB[:12]]
    assert all(len(row) == len(COLUMNS) for row in payload["rows"])


def test_rates_are_those_since_the_last_turn(world):
    world.listen(1.0)
    world.probe.cpu_seconds = {WEB: 10.5, DB: 22.0}
    world.tick(1)
    assert world.cpu() == [50.0, 200.0]


def test_a_restart_gives_a_gap_and_then_rates_of_the_new_life(world):
    world.listen(1.0)
    world.probe.cpu_seconds[WEB], world.probe.life[WEB] = 99.0, 2
    world.tick(1)
    assert world.cpu() == [None, 0.0]
    world.probe.cpu_seconds[WEB] = 99.25
    world.tick(1)
    assert world.cpu() == [25.0, 0.0]


def test_a_paused_container_has_its_memory_and_no_rates(world):
    world.list(web="paused", db="running")
    world.listen(1.0)
    world.tick(1)
    row = world.listeners.said[-1][1]["rows"][0]
    assert row[COLUMNS.index("cpu_percent")] is None
    assert row[COLUMNS.index("pids")] == 3


def test_a_container_that_cannot_be_read_has_a_row_of_gaps(world):
    world.listen(1.0)
    del world.probe.cpu_seconds[WEB]
    world.tick(1)
    assert world.listeners.said[-1][1]["rows"][0] == [WEB[:12], *[None] * (len(COLUMNS) - 1)]


def test_a_source_that_repeats_its_last_reading_keeps_the_last_rates(world):
    world.listen(1.0)
    world.probe.cpu_seconds = {WEB: 10.5, DB: 20.0}
    world.tick(1)
    world.probe.frozen_at = world.clock.monotonic()
    world.tick(1)
    assert world.cpu() == [50.0, 0.0]


def test_nothing_is_swept_at_full_rate_while_nobody_listens(world):
    before = len(world.probe.asked)
    for _ in range(10):
        world.tick(1)
    assert len(world.probe.asked) == before
    world.tick(IDLE_INTERVAL_SECONDS)
    assert len(world.probe.asked) == before + 1
    assert world.listeners.said == []


def test_the_first_viewer_does_not_wait_for_the_idle_turn(world):
    world.clock.advance(5)
    world.listen(1.0)
    world.tick()
    assert len(world.listeners.said) == 1


def test_a_viewer_who_leaves_lets_the_sweeps_rest(world):
    world.listen(1.0)
    world.tick(1)
    world.listeners.rooms.clear()
    before = len(world.probe.asked)
    world.tick(1)
    world.tick(1)
    assert len(world.probe.asked) == before


def test_one_sweep_serves_every_step_whose_turn_it_is(world):
    for step in (1.0, 2.0, 5.0):
        world.listen(step)
    before = len(world.probe.asked)
    for _ in range(10):
        world.tick(1)
    assert len(world.probe.asked) == before + 10
    told = [room for room, _ in world.listeners.said]
    assert [told.count(stats_room("local", step)) for step in (1.0, 2.0, 5.0)] == [10, 5, 2]


def test_a_slow_step_has_the_average_of_its_own_interval(world):
    world.listen(1.0)
    world.listen(5.0)
    for second in range(10):
        world.probe.cpu_seconds[WEB] += 1.0 if second == 7 else 0.0
        world.tick(1)
    assert world.cpu(5.0)[0] == 20.0
    assert world.cpu(1.0)[0] == 0.0


def test_a_quick_step_is_swept_ten_times_a_second(world):
    world.listen(0.1)
    before = len(world.probe.asked)
    for _ in range(10):
        world.tick(0.1)
    assert len(world.probe.asked) == before + 10


def test_asking_reads_anew_when_the_last_reading_is_old(world):
    world.clock.advance(5)
    world.probe.cpu_seconds[WEB] = 15.0
    answers = []
    asking = threading.Thread(target=lambda: answers.append(world.sampler.payload("local", 30)))
    asking.start()
    while not answers:
        world.tick()
    asking.join()
    assert answers[0]["timestamp"] == world.clock.time()
    assert answers[0]["rows"][0][1] == 100.0


def test_asking_again_at_once_reads_nothing(world):
    before = len(world.probe.asked)
    assert world.sampler.payload("local", 0)["timestamp"] == world.clock.time()
    assert len(world.probe.asked) == before


def test_who_will_not_wait_gets_the_newest_there_is(world):
    read_at = world.clock.time()
    world.clock.advance(5)
    assert world.sampler.payload("local", 0)["timestamp"] == read_at


def test_who_comes_with_another_interval_gets_the_usual_numbers_and_no_sweep(world):
    world.listen(1.0)
    world.probe.cpu_seconds[WEB] = 10.5
    world.tick(1)
    before = len(world.probe.asked)
    world.clock.advance(0.003)
    world.probe.cpu_seconds[WEB] += 0.004
    for step in (5.0, 60.0, 300.0, 0.1):
        world.listen(step)
        payload = world.sampler.payload("local", 0, step)
        assert payload["interval_seconds"] == step
        assert payload["rows"][0][1] == 50.0, "not the rate over three milliseconds"
        world.tick()
    assert len(world.probe.asked) == before


def test_who_asks_during_a_sweep_is_answered_by_it(world):
    world.clock.advance(5)
    world.listen(1.0)
    world.probe.meanwhile = lambda: world.sampler.payload("local", 0)
    world.tick()
    world.probe.meanwhile = lambda: None
    world.tick(0.001)
    assert len(world.listeners.said) == 1


def test_a_first_turn_right_after_the_usual_one_has_no_rates_over_a_moment(world):
    world.listen(5.0)
    world.clock.advance(4.99)  # until the turn of 5 s
    world.probe.cpu_seconds[WEB] = 10.0 + 4.99 / 2
    world.listen(1.0)
    world.tick()
    world.probe.cpu_seconds[WEB] += 0.01
    world.tick(0.01)
    assert world.cpu(5.0) == world.cpu(1.0) == [50.0, 0.0]


def test_of_an_engine_never_reached_nothing_is_known():
    world = World()
    world.listen(1.0)
    world.tick(1)
    assert world.probe.asked == []
    assert world.listeners.said == []
    payload = world.sampler.payload("local", 0)
    assert (payload["rows"], payload["timestamp"]) == ([], None)


def test_one_container_by_name_as_an_object(world):
    row = world.sampler.row("local", "web", 0)
    assert list(row) == ["engine", *COLUMNS, "interval_seconds", "timestamp"]
    assert (row["engine"], row["id"], row["pids"]) == ("local", WEB[:12], 3)


def test_a_stopped_container_has_no_numbers(world):
    world.list(web="exited", db="running")
    world.tick(IDLE_INTERVAL_SECONDS)
    row = world.sampler.row("local", "web", 0)
    assert row["id"] == WEB[:12]
    assert {row[column] for column in COLUMNS[1:]} == {None}


def test_an_unknown_engine_or_container_is_said_so(world):
    with pytest.raises(NotFound, match=r"engine\.unknown"):
        world.sampler.payload("nope", 0)
    with pytest.raises(NotFound, match=r"container\.not_found"):
        world.sampler.row("local", "nope", 0)


def test_what_is_open_for_a_container_is_let_go_when_it_stops(world):
    event = EngineEvent("die", WEB, world.clock.time(), exit_code=0)
    world.inventory.apply("local", event)
    assert world.probe.forgotten == {WEB}


def test_stopping_closes_the_probe(world):
    world.sampler.stop()
    assert world.probe.is_closed
