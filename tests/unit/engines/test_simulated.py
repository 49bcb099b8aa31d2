"""The simulated engine beyond the contract: determinism, time, churn, troubles."""

import gc
import threading
from collections import Counter

import pytest

from dockmon.config import EngineAddress
from dockmon.domain.actions import ActionRequest
from dockmon.domain.container import summary
from dockmon.domain.errors import EngineTimedOut, EngineUnavailable
from dockmon.domain.logs import LogQuery
from dockmon.engines import simulated_usage as usage
from dockmon.engines.choose import client_for
from dockmon.engines.simulated import SimulatedClient, fleet_from_address
from dockmon.engines.simulated_content import LINES_KEPT
from dockmon.engines.simulated_fleet import SimulatedFleet
from tests.kit.waiting import eventually

START = 1_700_000_000.0


class Clock:
    """A clock that a test moves."""

    def __init__(self):
        self.time = START

    def __call__(self):
        return self.time


@pytest.fixture
def clock():
    return Clock()


def new(clock, **options):
    fleet = SimulatedFleet(now=clock, **options)
    return fleet, SimulatedClient("local", fleet)


def named(client, name):
    return next(row.container for row in client.list() if row.container.name == name)


def request(action, **options):
    return ActionRequest("local", "", action, **options)


def test_the_same_seed_gives_the_same_fleet(clock):
    first, second, other = (new(clock, containers=60, seed=seed)[1].list() for seed in (1, 1, 2))
    assert first == second
    assert first != other


def test_a_fleet_one_can_believe(clock):
    _fleet, client = new(clock, containers=50)
    containers = [row.container for row in client.list()]
    counts = summary(containers)
    assert counts["total"] == 50
    assert counts["running"] > 35
    assert all(counts[state] for state in ("paused", "exited", "restarting", "created"))
    assert counts["unhealthy"] == 1
    assert len({one.id for one in containers}) == len({one.name for one in containers}) == 50
    assert len({one.project for one in containers}) > 4
    assert any(one.ports for one in containers)
    assert named(client, "media-transcoder-1").state == "exited"
    assert client.container(named(client, "media-transcoder-1").id).details.exit_code == 137
    published = Counter(
        (port.public_port, port.protocol, port.ip) for one in containers for port in one.ports
    )
    assert set(published.values()) == {1}, "two containers publish one port"


def test_what_is_said_of_a_container_agrees_with_what_is_measured(clock):
    fleet, client = new(clock, containers=50)
    limits = set()
    for one in fleet.containers.values():
        limit = client.inspect(one.id)["HostConfig"]["Memory"]
        measured = client.counters(one.id).memory_limit_bytes
        if measured is not None:
            assert measured == (limit or usage.HOST_MEMORY_BYTES)
            limits.add(limit)
    assert 0 in limits
    assert len(limits) > 1


def test_health_checks_are_told_with_what_they_found(clock):
    fleet, client = new(clock, containers=25)
    seen = set()
    for one in fleet.containers.values():
        health = client.inspect(one.id)["State"].get("Health")
        if health and one.is_alive:
            codes = {check["ExitCode"] for check in health["Log"]}
            assert codes <= {int(health["Status"] == "unhealthy")}
            assert len(health["Log"]) <= 5
            seen |= codes
    assert seen == {0, 1}


def test_addresses():
    assert len(fleet_from_address("simulated://").containers) == 50
    assert len(fleet_from_address("simulated://?containers=7&churn=600").containers) == 7
    client = client_for(EngineAddress("demo", "simulated://?containers=3"))
    assert {row.container.engine for row in client.list()} == {"demo"}


def test_nothing_moves_by_itself_without_churn(clock):
    _fleet, client = new(clock, containers=20)
    before = [row.container for row in client.list()]
    clock.time += 3600
    assert [row.container for row in client.list()] == before


def test_churn_changes_states_at_its_pace(clock):
    fleet, client = new(clock, containers=30, churn=60)
    stream = client.events()
    clock.time += 60.5
    client.list()
    fleet.cut_streams()
    events = list(fleet_events(stream))
    moments = {event.at for event in events}
    assert len(moments) >= 55
    assert all(START < moment <= clock.time for moment in moments)
    assert {event.action for event in events} >= {"die", "start", "health_status"}


def fleet_events(stream):
    while stream._listener.events:
        yield stream._listener.events.popleft()


def test_long_unattended_it_does_not_make_up_for_everything(clock):
    fleet, client = new(clock, containers=10, churn=60_000)
    clock.time += 86_400
    client.list()
    assert fleet.seconds_until_next() <= 1
    assert len(client.list()) <= 13


def test_whoever_waits_for_events_makes_time_pass():
    client = SimulatedClient("local", SimulatedFleet(containers=10, churn=6000))
    stream = client.events()
    assert next(iter(stream)).action
    stream.close()


def test_a_started_container_becomes_healthy(clock):
    _fleet, client = new(clock, containers=3)
    web = named(client, "shop-web-1")
    client.act(web.id, request("restart"))
    assert named(client, "shop-web-1").health == "starting"
    clock.time += 30
    assert named(client, "shop-web-1").health == "healthy"


def test_what_somebody_stopped_stays_stopped(clock):
    _fleet, client = new(clock, containers=4, churn=600)
    for row in client.list():
        client.act(row.container.id, request("stop"))
    clock.time += 60
    states = {row.container.state for row in client.list() if row.container.image != "acme/job:1"}
    assert states == {"exited"}


def test_several_clients_see_one_daemon(clock):
    fleet, first = new(clock, containers=3)
    second = SimulatedClient("again", fleet)
    web = named(first, "shop-web-1")
    first.act(web.id, request("pause"))
    assert named(second, "shop-web-1").state == "paused"
    assert named(second, "shop-web-1").engine == "again"


def test_being_gone_and_coming_back(clock):
    fleet, client = new(clock, containers=3, churn=60)
    stream = client.events()
    fleet.refuse("socket_absent")
    assert list(stream) == []
    for call in (client.connect, client.ping, client.list, client.events):
        with pytest.raises(EngineUnavailable) as raised:
            call()
        assert raised.value.params["reason"] == "socket_absent"
        assert raised.value.params["engine"] == "local"
    fleet.recover()
    assert client.connect()
    assert len(client.list()) == 3


def test_a_freeze_holds_events_back(clock):
    fleet, client = new(clock, containers=3)
    stream = client.events()
    fleet.freeze()
    with pytest.raises(EngineTimedOut):
        client.ping()
    one = next(iter(fleet.containers.values()))
    with fleet.changed:
        fleet.pause(one, clock.time)
    heard = []
    reader = threading.Thread(target=lambda: heard.append(next(iter(stream))))
    reader.start()
    assert not heard
    fleet.recover()
    reader.join(10)
    assert [event.action for event in heard] == ["pause"]
    stream.close()


def test_lost_events_leave_the_list_true(clock):
    fleet, client = new(clock, containers=3)
    stream = client.events()
    fleet.lose_events = True
    web = named(client, "shop-web-1")
    client.act(web.id, request("pause"))
    fleet.lose_events = False
    client.act(web.id, request("unpause"))
    assert next(iter(stream)).action == "unpause"
    stream.close()


def test_before_answer_sees_each_call(clock):
    fleet, client = new(clock, containers=3)
    seen = []
    fleet.before_answer = seen.append
    client.connect()
    client.list()
    client.container(named(client, "shop-web-1").id)
    assert seen == ["connect", "list", "list", "inspect"]


def test_streams_that_ended_are_forgotten(clock):
    fleet, client = new(clock, containers=3)
    web = named(client, "shop-web-1")
    for _ in range(3):
        client.events().close()
        list(client.logs(web.id, LogQuery(tail=2)))
    assert fleet._listeners == []
    gc.collect()
    assert len(client._streams) == 0


def test_logs_are_the_same_however_they_are_asked_for(clock):
    _fleet, client = new(clock, containers=3)
    web = named(client, "shop-web-1")
    everything = list(client.logs(web.id, LogQuery(tail=None)))
    assert len(everything) == LINES_KEPT
    assert list(client.logs(web.id, LogQuery(tail=10))) == everything[-10:]
    clock.time += 10
    later = list(client.logs(web.id, LogQuery(tail=None, since=START)))
    assert 13 <= len(later) <= 15
    assert not set(later) & set(everything)


def test_following_tells_each_line_once(clock):
    fleet, client = new(clock, containers=3)
    web = named(client, "shop-web-1")
    stream = client.logs(web.id, LogQuery(tail=3, follow=True))
    heard = []
    reader = threading.Thread(target=lambda: heard.extend(stream))
    reader.start()
    eventually(lambda: len(heard) == 3)
    for _ in range(10):
        with fleet.changed:
            clock.time += 1
            fleet.changed.notify_all()
    client.act(web.id, request("kill"))
    reader.join(20)
    assert not reader.is_alive()
    assert heard[3:] == list(client.logs(web.id, LogQuery(tail=None, since=START)))
