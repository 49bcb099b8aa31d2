"""What every engine client does, whatever it talks to. See `ports.EngineClient`.

Run a second time in the other async mode by `test_engine_contract_in_eventlet`.
"""

from __future__ import annotations

import itertools
import re
import threading
import time
from dataclasses import replace

import pytest

from dockmon.domain.actions import ACTIONS, verdict
from dockmon.domain.errors import Conflict, EngineRefused, EngineTimedOut, NotFound
from dockmon.domain.logs import LogQuery
from tests.contract.worlds import DockerWorld, SimulatedWorld, action
from tests.kit.waiting import eventually

NOBODY = "f" * 64
TIMED = re.compile(rb"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d) ")
IMPATIENT = {
    "control_timeout_seconds": 0.5,
    "ping_timeout_seconds": 0.5,
    "action_margin_seconds": 0.5,
}


@pytest.fixture(params=["simulated", "docker", "podman"])
def world(request):
    """One engine of each sort."""
    if request.param == "simulated":
        made = SimulatedWorld()
    else:
        fixture = "engine" if request.param == "docker" else "podman"
        made = DockerWorld(request.getfixturevalue(fixture))
    try:
        yield made
    finally:
        made.close()


@pytest.fixture
def client(world):
    """A client that has agreed with its engine."""
    client = world.client()
    client.connect()
    yield client
    client.close()


class Collector:
    """Reads a stream in a task of its own."""

    def __init__(self, stream):
        self.stream = stream
        self.items = []
        self.ended = threading.Event()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for item in self.stream:
            self.items.append(item)
        self.ended.set()


# ----- looking


def test_it_tells_its_versions(world):
    info = world.client().connect()
    assert info.version
    assert re.fullmatch(r"1\.\d+", info.api_version)


def test_it_answers_a_ping_before_anything_else(world):
    world.client().ping()


def test_the_list_has_every_container(world, client):
    ids = {kind: world.make(kind) for kind in ("running", "paused", "exited", "created")}
    rows = {row.container.id: row for row in client.list()}
    assert {kind: rows[one].container.state for kind, one in ids.items()} == {
        kind: kind for kind in ids
    }
    assert all(row.container.details is None for row in rows.values())
    assert all(row.container.engine == "local" for row in rows.values())
    assert rows[ids["exited"]].exit_code == 3
    assert rows[ids["running"]].exit_code is None
    assert rows[ids["running"]].age_seconds >= 0
    assert rows[ids["running"]].container.project == "shop"
    assert rows[ids["running"]].container.service == "web"


@pytest.mark.parametrize("kind", ["running", "paused", "exited", "created"])
def test_one_container_is_what_the_list_says_and_more(world, client, kind):
    container_id = world.make(kind)
    row = next(row for row in client.list() if row.container.id == container_id)
    one = client.container(container_id)
    assert replace(one, details=None) == row.container
    details = one.details
    assert (details.started_at is None) == (kind == "created")
    assert (details.finished_at is not None) == (kind == "exited")
    assert details.exit_code == (3 if kind == "exited" else None)
    assert details.restarts == 0
    assert details.restart_policy
    assert details.oom_killed is False


def test_inspect_is_the_engines_own_word(world, client):
    container_id = world.make("running")
    answer = client.inspect(container_id)
    assert answer["Id"] == container_id
    assert answer["State"]["Status"] == "running"
    assert {"Config", "HostConfig", "NetworkSettings"} <= answer.keys()


def test_top_tells_processes(world, client):
    told = client.top(world.make("running"))
    assert len(told["titles"]) > 2
    assert told["processes"]
    assert all(len(row) == len(told["titles"]) for row in told["processes"])


@pytest.mark.parametrize("kind", ["exited", "created"])
def test_top_needs_a_running_container(world, client, kind):
    with pytest.raises(Conflict) as raised:
        client.top(world.make(kind))
    assert raised.value.code == "container.conflict"


def test_who_is_not_there_is_not_found(world, client):
    for call in (
        lambda: client.inspect(NOBODY),
        lambda: client.container(NOBODY),
        lambda: client.top(NOBODY),
        lambda: client.counters(NOBODY),
        lambda: client.logs(NOBODY, LogQuery()),
        *(lambda name=name: client.act(NOBODY, action(name)) for name in ACTIONS),
    ):
        with pytest.raises(NotFound) as raised:
            call()
        assert raised.value.code == "container.not_found"
        assert raised.value.params["container"] == NOBODY
        assert raised.value.params["engine"] == "local"


# ----- counting


def test_counters_of_what_runs(world, client):
    container_id = world.make("talkative")
    before = client.counters(container_id)
    assert before.life is None, "whoever asks knows the container's life"
    assert before.memory_bytes > 0
    assert before.memory_limit_bytes >= before.memory_bytes
    assert before.pids >= 1
    assert before.block_read_bytes >= 0
    assert before.block_write_bytes >= 0
    assert (before.periods, before.throttled_periods) == (0, 0) or before.periods > 0
    assert abs(before.at - time.time()) < 60
    now = eventually(lambda: _later(client.counters(container_id), before))
    assert now.at > before.at
    assert now.cpu_seconds - before.cpu_seconds < 60


def _later(now, before):
    return now if now.cpu_seconds > before.cpu_seconds else None


def test_what_is_paused_holds_its_memory_and_uses_no_cpu(world, client):
    container_id = world.make("paused")
    before, now = client.counters(container_id), client.counters(container_id)
    assert now.memory_bytes > 0
    assert now.cpu_seconds == pytest.approx(before.cpu_seconds, abs=0.01)


@pytest.mark.parametrize("kind", ["exited", "created"])
def test_what_does_not_run_has_no_counters(world, client, kind):
    counters = client.counters(world.make(kind))
    assert set(counters[2:]) == {None}


@pytest.mark.parametrize("kind", ["running", "paused", "exited", "created"])
def test_a_pid_is_told_of_what_has_processes(world, client, kind):
    details = client.container(world.make(kind)).details
    assert (details.pid is not None) == (kind in ("running", "paused"))
    assert details.has_own_network is True


# ----- acting

AFTER = {
    "start": "running",
    "stop": "exited",
    "restart": "running",
    "kill": "exited",
    "pause": "paused",
    "unpause": "running",
    "remove": None,
}
STATES = ("created", "running", "paused", "exited")
PODMANS_OWN = {("paused", "stop"), ("paused", "restart"), ("created", "stop")}


@pytest.mark.parametrize(("state", "name"), [*itertools.product(STATES, ACTIONS)])
def test_every_action_in_every_state(world, client, state, name):
    if isinstance(world, DockerWorld) and world.engine.is_podman and (state, name) in PODMANS_OWN:
        pytest.skip("Podman goes its own way here")
    container_id = world.make(state)
    expected = verdict(state, name)
    if expected == "conflict":
        with pytest.raises(Conflict) as raised:
            client.act(container_id, action(name, timeout_seconds=1))
        assert raised.value.params["message"]
        assert world.state(container_id) == state
        return
    changed = client.act(container_id, action(name, timeout_seconds=1))
    assert changed is (expected == "acts")
    states = {row.container.id: row.container.state for row in client.list()}
    if expected == "acts":
        eventually(lambda: _state(client, container_id) == AFTER[name])
    else:
        assert states[container_id] == state


def _state(client, container_id):
    return {row.container.id: row.container.state for row in client.list()}.get(container_id)


@pytest.mark.parametrize("state", ["running", "paused"])
def test_force_removes_what_runs(world, client, state):
    container_id = world.make(state)
    assert client.act(container_id, action("remove", force=True)) is True
    assert _state(client, container_id) is None


def test_a_grace_of_zero_is_no_grace(world, client):
    container_id = world.make("stubborn")
    began = time.monotonic()
    assert client.act(container_id, action("stop", timeout_seconds=0)) is True
    assert time.monotonic() - began < 8, "it was given the engine's default grace"


def test_an_impossible_signal_is_refused(world, client):
    container_id = world.make("running")
    with pytest.raises(EngineRefused) as raised:
        client.act(container_id, action("kill", signal="NOSUCH"))
    assert "NOSUCH" in raised.value.params["message"]
    assert world.state(container_id) == "running"


def test_two_stops_at_once_both_get_an_answer(world, client):
    container_id = world.make("running")
    results = []

    def stop():
        results.append(client.act(container_id, action("stop", timeout_seconds=5)))

    threads = [threading.Thread(target=stop) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(results) == 2
    assert True in results
    assert world.state(container_id) == "exited"


# ----- events


def heard(collector, container_id):
    return [one for one in list(collector.items) if one.container_id == container_id]


@pytest.mark.parametrize(
    ("state", "name", "options", "expected"),
    [
        ("created", "start", {}, ["start"]),
        ("exited", "start", {}, ["start"]),
        ("running", "stop", {"timeout_seconds": 5}, ["die"]),
        ("running", "kill", {}, ["die"]),
        ("running", "pause", {}, ["pause"]),
        ("paused", "unpause", {}, ["unpause"]),
        ("running", "restart", {"timeout_seconds": 5}, ["die", "start"]),
        ("exited", "remove", {}, ["destroy"]),
        ("running", "remove", {"force": True}, ["die", "destroy"]),
    ],
)
def test_what_happens_is_told(world, client, state, name, options, expected):
    container_id = world.make(state)
    collector = Collector(client.events())
    began = time.time()
    assert client.act(container_id, action(name, **options)) is True
    eventually(lambda: [one.action for one in heard(collector, container_id)] == expected)
    collector.stream.close()
    assert collector.ended.wait(10)
    events = heard(collector, container_id)
    assert [one.action for one in events] == expected, "more was told than happened"
    for event in events:
        assert abs(event.at - began) < 60
        assert event.name
        assert event.image
        assert event.labels == {}
        if event.action == "die":
            assert event.exit_code == (0 if name in ("stop", "restart") else 137)
        else:
            assert event.exit_code is None


def test_a_new_container_is_told_with_its_labels(world, client):
    collector = Collector(client.events())
    container_id = world.make("created")
    (event,) = eventually(lambda: heard(collector, container_id))
    assert event.action == "create"
    assert event.labels["com.docker.compose.project"] == "shop"
    assert "image" not in event.labels
    assert "name" not in event.labels
    collector.stream.close()


def test_two_listeners_hear_the_same(world, client):
    other = world.client()
    other.connect()
    collectors = [Collector(client.events()), Collector(other.events())]
    container_id = world.make("running")
    client.act(container_id, action("kill"))
    for collector in collectors:
        eventually(
            lambda c=collector: (
                [one.action for one in heard(c, container_id)] == ["create", "start", "die"]
            )
        )
        collector.stream.close()
        assert collector.ended.wait(10)
    other.close()


def test_close_wakes_who_waits_for_events(world, client):
    collector = Collector(client.events())
    collector.stream.close()
    assert collector.ended.wait(10)


def test_closing_the_client_wakes_who_waits(world):
    client = world.client()
    client.connect()
    collectors = [
        Collector(client.events()),
        Collector(client.logs(world.make("running"), LogQuery(follow=True))),
    ]
    client.close()
    for collector in collectors:
        assert collector.ended.wait(10)


# ----- logs


def texts(pieces):
    return b"".join(text for _stream, text in pieces)


def test_lines_carry_their_stream_and_their_time(world, client):
    pieces = list(client.logs(world.make("talkative"), LogQuery(tail=None)))
    assert {stream for stream, _text in pieces} == {"stdout", "stderr"}
    for _stream, text in pieces:
        assert TIMED.match(text)
        assert text.endswith(b"\n")


@pytest.mark.parametrize("stream", ["stdout", "stderr"])
def test_one_stream_alone(world, client, stream):
    query = LogQuery(tail=None, stdout=stream == "stdout", stderr=stream == "stderr")
    pieces = list(client.logs(world.make("talkative"), query))
    assert {name for name, _text in pieces} == {stream}


def test_the_last_lines(world, client):
    container_id = world.make("talkative")
    world.make("running")
    client.act(container_id, action("kill"))
    everything = list(client.logs(container_id, LogQuery(tail=None)))
    assert list(client.logs(container_id, LogQuery(tail=3))) == everything[-3:]
    assert list(client.logs(container_id, LogQuery(tail=0))) == []


def test_a_span_of_time(world, client):
    container_id = world.make("talkative")
    client.act(container_id, action("kill"))
    everything = texts(client.logs(container_id, LogQuery(tail=None))).splitlines()
    now = time.time()
    assert list(client.logs(container_id, LogQuery(tail=None, since=now + 60))) == []
    assert list(client.logs(container_id, LogQuery(tail=None, until=now - 3600))) == []
    span = LogQuery(tail=None, since=now - 3600, until=now + 60)
    assert texts(client.logs(container_id, span)).splitlines() == everything


def test_a_terminal_has_no_streams(world, client):
    pieces = list(client.logs(world.make("terminal"), LogQuery(tail=5)))
    assert {stream for stream, _text in pieces} == {None}
    lines = texts(pieces).split(b"\r\n")
    assert len(lines) > 3
    assert all(TIMED.match(line) for line in lines if line)


@pytest.mark.parametrize("kind", ["talkative", "terminal"])
def test_following_goes_on_until_the_container_ends(world, client, kind):
    container_id = world.make(kind)
    collector = Collector(client.logs(container_id, LogQuery(tail=1, follow=True)))
    eventually(lambda: len(collector.items) > 4)
    assert not collector.ended.is_set()
    client.act(container_id, action("kill"))
    assert collector.ended.wait(20)


def test_close_wakes_who_follows_a_silent_log(world, client):
    collector = Collector(client.logs(world.make("running"), LogQuery(tail=0, follow=True)))
    collector.stream.close()
    assert collector.ended.wait(10)


# ----- an engine that does not answer


def test_a_frozen_engine_times_out(world):
    container_id = world.make("running")
    client = world.client(**IMPATIENT)
    client.connect()
    world.freeze()
    began = time.monotonic()
    for call in (
        client.ping,
        client.list,
        client.events,
        lambda: client.container(container_id),
        lambda: client.counters(container_id),
        lambda: client.act(container_id, action("start", timeout_seconds=0)),
    ):
        with pytest.raises(EngineTimedOut) as raised:
            call()
        assert raised.value.params["engine"] == "local"
    assert time.monotonic() - began < 15
    world.thaw()
    client.ping()
    assert _state(client, container_id) == "running"


def test_streams_survive_a_frozen_engine(world, client):
    container_id = world.make("running")
    collector = Collector(client.events())
    world.freeze()
    with pytest.raises(EngineTimedOut):
        world.client(**IMPATIENT).ping()
    assert not collector.ended.is_set()
    world.thaw()
    client.act(container_id, action("pause"))
    eventually(lambda: [one.action for one in heard(collector, container_id)] == ["pause"])
    collector.stream.close()


def test_a_stream_of_a_frozen_engine_can_be_closed(world, client):
    collector = Collector(client.events())
    world.freeze()
    collector.stream.close()
    assert collector.ended.wait(10)
