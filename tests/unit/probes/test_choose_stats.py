"""Which source of container stats is picked, and what happens when it fails."""

from __future__ import annotations

import logging
from types import SimpleNamespace

import pytest

from dockmon.config import EngineAddress
from dockmon.domain.container import Container, Details
from dockmon.domain.stats import Counters, sample
from dockmon.engines.simulated import SimulatedClient
from dockmon.engines.simulated_fleet import SimulatedFleet
from dockmon.probes.choose import RETRY_SECONDS, ChosenProbe, probe_for
from dockmon.runtime import SystemClock, SystemTasks
from tests.kit.people import ManualClock

WHY = "no cgroup of a running container below /somewhere"


def container(name: str) -> Container:
    return Container("local", name * 64, name, "x", "running", 1.0, details=Details(100.0))


WEB, DB, JOB = (container(name) for name in "abc")


class Probe:
    """A source that can read what a test says."""

    def __init__(self, source: str, clock: ManualClock, readable: set[str] | None = None) -> None:
        self.source = source
        self.reason = f"a reason of {source}"
        self.readable = readable
        self.asked: list[set[str]] = []
        self.forgotten: list[str] = []
        self.is_closed = False
        self._clock = clock

    def read(self, containers):
        self.asked.append({one.name for one in containers})
        return {
            one.id: Counters((self.source, one.id), self._clock.monotonic(), 1.0)
            for one in containers
            if self.readable is None or one.name in self.readable
        }

    def forget(self, container_ids):
        self.forgotten += container_ids

    def close(self):
        self.is_closed = True


@pytest.fixture
def clock():
    return ManualClock()


@pytest.fixture
def cgroup(clock):
    return Probe("cgroup", clock)


@pytest.fixture
def asked(clock):
    return Probe("engine", clock)


@pytest.fixture
def chosen(cgroup, asked, clock):
    return ChosenProbe("local", cgroup, asked, clock, WHY)


def sources(counters):
    return {container_id[0]: one.life[0] for container_id, one in counters.items()}


def test_nothing_is_known_of_the_source_before_the_first_reading(chosen):
    assert (chosen.source, chosen.reason) == (None, None)


def test_cgroups_that_can_be_read_are_read(chosen, asked):
    assert sources(chosen.read([WEB, DB])) == {"a": "cgroup", "b": "cgroup"}
    assert (chosen.source, chosen.reason) == ("cgroup", "a reason of cgroup")
    assert asked.asked == [], "the engine is left in peace"


def test_an_engine_without_containers_is_read_from_cgroups(chosen):
    assert chosen.read([]) == {}
    assert chosen.source == "cgroup"


def test_an_engine_elsewhere_is_asked(asked, clock):
    chosen = ChosenProbe("far", None, asked, clock, "the engine runs elsewhere")
    assert sources(chosen.read([WEB])) == {"a": "engine"}
    assert (chosen.source, chosen.reason) == ("engine", "the engine runs elsewhere")


# ----- falling back


def test_one_that_cgroups_do_not_show_twice_is_asked_from_the_engine(chosen, cgroup, asked):
    cgroup.readable = {"a"}
    assert sources(chosen.read([WEB, DB])) == {"a": "cgroup"}
    assert asked.asked == []
    assert sources(chosen.read([WEB, DB])) == {"a": "cgroup", "b": "engine"}
    assert asked.asked == [{"b"}]
    assert chosen.source == "cgroup"


def test_it_is_read_again_as_soon_as_that_works(chosen, cgroup, asked):
    cgroup.readable = {"a"}
    for _ in range(3):
        chosen.read([WEB, DB])
    cgroup.readable = None
    assert sources(chosen.read([WEB, DB])) == {"a": "cgroup", "b": "cgroup"}
    cgroup.readable = {"a"}
    assert sources(chosen.read([WEB, DB])) == {"a": "cgroup"}, "misses count in a row"


def test_when_no_cgroup_is_found_the_engine_is_asked(chosen, cgroup, asked):
    cgroup.readable = set()
    assert chosen.read([WEB, DB]) == {}
    assert chosen.source is None, "one miss proves nothing"
    assert sources(chosen.read([WEB, DB])) == {"a": "engine", "b": "engine"}
    assert (chosen.source, chosen.reason) == ("engine", WHY)
    chosen.read([WEB, DB])
    assert len(cgroup.asked) == 2, "cgroups are left alone for a while"


def test_a_container_that_comes_while_the_engine_is_asked_is_asked_at_once(
    chosen, cgroup, asked, clock
):
    cgroup.readable = set()
    chosen.read([WEB])
    chosen.read([WEB])
    for seconds in (1, RETRY_SECONDS):
        clock.advance(seconds)
        assert sources(chosen.read([WEB, JOB])) == {"a": "engine", "c": "engine"}


def test_cgroups_are_tried_again_about_once_a_minute(chosen, cgroup, clock):
    cgroup.readable = set()
    for _ in range(300):
        chosen.read([WEB])
        clock.advance(1.0)
    assert 2 + 4 <= len(cgroup.asked) <= 2 + 5
    assert chosen.source == "engine"
    cgroup.readable = None
    clock.advance(RETRY_SECONDS)
    assert sources(chosen.read([WEB])) == {"a": "cgroup"}
    assert (chosen.source, chosen.reason) == ("cgroup", "a reason of cgroup")


def test_cgroups_that_vanish_while_running_are_noticed(chosen, cgroup):
    chosen.read([WEB, DB])
    cgroup.readable = set()
    assert chosen.read([WEB, DB]) == {}
    assert sources(chosen.read([WEB, DB])) == {"a": "engine", "b": "engine"}
    assert chosen.source == "engine"


def test_a_change_of_source_gives_a_gap_and_no_nonsense(chosen, cgroup, clock):
    before = chosen.read([WEB])[WEB.id]
    cgroup.readable = set()
    chosen.read([WEB])
    clock.advance(1.0)
    now = chosen.read([WEB])[WEB.id]
    assert before.life != now.life
    assert sample(before, now).cpu_percent is None


# ----- saying so


def test_the_choice_is_said_once_for_each_change(chosen, cgroup, clock, caplog):
    caplog.set_level(logging.INFO, "dockmon.probes.choose")
    for _ in range(3):
        chosen.read([WEB])
    cgroup.readable = set()
    for _ in range(150):
        chosen.read([WEB])
        clock.advance(1.0)
    cgroup.readable = None
    clock.advance(RETRY_SECONDS)
    chosen.read([WEB])
    said = [record.getMessage() for record in caplog.records]
    assert said == [
        "engine local: container stats from cgroup (a reason of cgroup)",
        f"engine local: container stats from engine ({WHY})",
        "engine local: container stats from cgroup (a reason of cgroup)",
    ]


def test_forget_and_close_reach_both(chosen, cgroup, asked):
    chosen.forget(one for one in ("x", "y"))
    assert cgroup.forgotten == asked.forgotten == ["x", "y"]
    chosen.close()
    assert cgroup.is_closed
    assert asked.is_closed


# ----- picking


def picked(address, tmp_path, **tree):
    (tmp_path / "cgroup").mkdir()
    for name, text in tree.items():
        (tmp_path / "cgroup" / name.replace("__", ".")).write_text(text)
    settings = SimpleNamespace(cgroup_root=tmp_path / "cgroup", proc_root=tmp_path)
    fleet = SimulatedFleet(containers=2)
    client = SimulatedClient("local", fleet)
    probe = probe_for(
        EngineAddress("local", address), client, settings, SystemTasks(), SystemClock()
    )
    counters = {}
    for _ in range(2):
        counters = probe.read([client.container(one) for one in fleet.containers])
    probe.close()
    assert len(counters) == 2
    assert probe.source == "engine"
    return probe.reason


def test_the_reason_is_in_words(tmp_path):
    for number, (address, words) in enumerate(
        [
            ("simulated://", "the engine is simulated"),
            ("tcp://elsewhere:2375", "the engine runs elsewhere"),
            ("unix:///docker.sock", "no cgroup tree below"),
        ]
    ):
        folder = tmp_path / str(number)
        folder.mkdir()
        assert words in picked(address, folder)


def test_a_tree_without_the_containers_is_given_up(tmp_path):
    reason = picked(
        "unix:///docker.sock",
        tmp_path,
        cgroup__controllers="cpu memory io pids\n",
        cgroup__procs="",
    )
    assert reason == f"no cgroup of a running container below {tmp_path / 'cgroup'}"
