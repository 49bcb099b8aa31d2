"""What simulated containers use: continuous, believable, the same each time."""

import itertools

import pytest

from dockmon.domain.actions import ActionRequest
from dockmon.domain.stats import sample
from dockmon.engines.simulated import SimulatedClient
from dockmon.engines.simulated_fleet import SimulatedFleet

START = 1_700_000_000.0
GROWING = (
    *("cpu_seconds", "periods", "throttled_periods", "network_rx_bytes", "network_tx_bytes"),
    *("block_read_bytes", "block_write_bytes"),
)


class Clock:
    """A clock that a test moves."""

    def __init__(self):
        self.time = START

    def __call__(self):
        return self.time


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def client(clock):
    return SimulatedClient("local", SimulatedFleet(containers=100, now=clock))


def running(client):
    return [row.container.id for row in client.list() if row.container.state == "running"]


def act(client, container_id, action):
    client.act(container_id, ActionRequest("local", container_id, action))


def rates(client, clock, container_id, seconds=1.0):
    before = client.counters(container_id)
    clock.time += seconds
    return sample(before, client.counters(container_id))


def test_the_same_moment_gives_the_same_counters(client, clock):
    other = SimulatedClient("local", SimulatedFleet(containers=100, now=clock))
    for container_id in running(client):
        assert client.counters(container_id) == other.counters(container_id)


def test_totals_only_grow_however_seldom_they_are_read(client, clock):
    before = {one: client.counters(one) for one in running(client)}
    for seconds in (0.1, 0.1, 1, 1, 5, 60, 3600, 86_400):
        clock.time += seconds
        for one, was in before.items():
            now = before[one] = client.counters(one)
            for name in GROWING:
                assert getattr(now, name) >= getattr(was, name), name


def test_rates_do_not_jump_from_one_second_to_the_next(client, clock):
    busy = [one for one in running(client) if rates(client, clock, one).cpu_percent > 5]
    assert busy
    for one in busy:
        seen = [rates(client, clock, one).cpu_percent for _ in range(60)]
        mean = sum(seen) / len(seen)
        assert max(abs(a - b) for a, b in itertools.pairwise(seen)) < mean * 0.5
        assert max(seen) - min(seen) > mean * 0.2, "a flat line is nothing to look at"


def test_containers_differ(client, clock):
    seen = [rates(client, clock, one) for one in running(client)]
    assert len({one.cpu_percent for one in seen}) > len(seen) / 2
    assert len({one.memory_bytes for one in seen}) > len(seen) * 0.9
    assert max(one.cpu_percent for one in seen) < 400
    assert all(one.memory_bytes < one.memory_limit_bytes for one in seen)
    held_back = [one for one in seen if one.cpu_throttled_percent]
    assert 0 < len(held_back) < len(seen) / 2


def test_a_paused_container_uses_no_cpu_and_goes_on_where_it_was(client, clock):
    one = running(client)[0]
    act(client, one, "pause")
    before = client.counters(one)
    clock.time += 100
    paused = client.counters(one)
    assert paused == before._replace(at=clock.time)
    act(client, one, "unpause")
    clock.time += 1
    after = client.counters(one)
    assert before.cpu_seconds < after.cpu_seconds < before.cpu_seconds + 10


def test_a_restart_begins_anew(client, clock):
    one = running(client)[0]
    clock.time += 1000
    before = client.counters(one)
    act(client, one, "restart")
    clock.time += 1
    after = client.counters(one)
    assert after.cpu_seconds < before.cpu_seconds
    assert 0 < after.cpu_seconds < 10


def test_what_does_not_run_uses_nothing(client):
    one = running(client)[0]
    act(client, one, "stop")
    counters = client.counters(one)
    assert set(counters[2:]) == {None}
