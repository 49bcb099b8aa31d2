"""Host metrics: one machine, told at each viewer's own interval."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from dockmon.services.host_sampler import HostSampler, host_room
from tests.kit.people import ManualClock


class Probe:
    """Like the real one it has no rates before its second reading."""

    def __init__(self) -> None:
        self.readings = 0

    def read(self) -> SimpleNamespace:
        self.readings += 1
        message = {"cpu_percent": 12.5 if self.readings > 1 else None}
        return SimpleNamespace(as_message=lambda: message)


class World:
    """A sampler whose loop a test turns by hand, and what it said by room."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.clock.now = 1000.0
        self.rooms: dict[str, list[dict]] = {}
        self.sampler = HostSampler(Probe, self, self, self.clock, 1.0, {"local": True})
        self.sampler.start()

    def keep(self, name, body) -> None:
        self.body = body

    def has_listeners(self, namespace, room) -> bool:
        return room in self.rooms

    def publish(self, namespace, room, event, payload, catch_up=None) -> None:
        self.rooms[room].append(payload)

    def listen(self, step: float) -> list[dict]:
        self.sampler.want(step)
        return self.rooms.setdefault(host_room("local", step), [])

    def tick(self, seconds: float) -> None:
        self.clock.advance(seconds)
        self.sampler.want(1.0)  # so that the wait at its end returns at once
        self.body()


@pytest.mark.parametrize("step", [0.5, 2.0])
def test_the_first_message_at_an_interval_of_its_own_has_rates(step):
    world = World()
    world.tick(0)
    world.tick(20)
    told = world.listen(step)
    for _ in range(3):
        world.tick(step)
    assert [payload["host"]["cpu_percent"] for payload in told] == [12.5] * 3
