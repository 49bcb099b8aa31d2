"""A live core without a network: simulated engine, watcher, inventory, broadcaster, listeners."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from dockmon.domain.access import View
from dockmon.domain.container import Container
from dockmon.engines.simulated import SimulatedClient
from dockmon.engines.simulated_fleet import SimulatedFleet
from dockmon.ports import CatchUp
from dockmon.runtime import SystemClock, SystemTasks
from dockmon.services.broadcaster import Broadcaster, delta_room
from dockmon.services.fleet import Fleet
from dockmon.services.inventory import Inventory
from dockmon.services.supervisor import Supervisor
from dockmon.services.watcher import Watcher

FULL = View(masked=False)


class Rooms:
    """A publisher that keeps what was said, by room."""

    def __init__(self) -> None:
        self.said: list[tuple[str, str, dict[str, Any]]] = []
        self.listeners: dict[str, list[Callable[[str, dict[str, Any]], None]]] = {}

    def has_listeners(self, namespace: str, room: str) -> bool:
        return True

    def publish(
        self,
        namespace: str,
        room: str,
        event: str,
        payload: dict[str, Any],
        catch_up: CatchUp | None = None,
    ) -> None:
        self.said.append((room, event, payload))
        for listener in self.listeners.get(room, ()):
            listener(event, payload)


class Viewer:
    """A client as the contract describes it: one snapshot, then deltas, resync on a gap."""

    def __init__(self, live: Live, view: View = FULL) -> None:
        self._live = live
        self._view = view
        self._lock = threading.Lock()
        self.seq = -1
        self.epoch = ""
        self.containers: dict[str, dict[str, Any]] = {}
        self.gaps = 0
        room = delta_room(live.engine, view)
        live.rooms.listeners.setdefault(room, []).append(self._on)
        self.resync()

    def resync(self) -> None:
        def take(payload: dict[str, Any]) -> None:
            self.epoch, self.seq = payload["epoch"], payload["seq"]
            self.containers = {one["id"]: one for one in payload["data"]}

        self._live.broadcaster.with_snapshot(self._live.engine, self._view, take)

    def _on(self, event: str, payload: dict[str, Any]) -> None:
        if event != "containers-delta" or payload["seq_to"] <= self.seq or not self.epoch:
            return
        if payload["epoch"] != self.epoch or payload["seq_from"] != self.seq + 1:
            self.gaps += 1
            return
        for one in payload["changed"]:
            self.containers[one["id"]] = one
        for container_id in payload["removed"]:
            self.containers.pop(container_id)
        self.seq = payload["seq_to"]


class Live:
    """One engine and everything above it."""

    engine = "local"

    def __init__(self, fleet: SimulatedFleet, reconcile_interval_seconds: float = 3600) -> None:
        clock, tasks = SystemClock(), SystemTasks()
        self.simulated = fleet
        self.rooms = Rooms()
        self.supervisor = Supervisor(tasks, clock)
        self.inventory = Inventory([self.engine], clock)
        self.watcher = Watcher(
            self.engine,
            SimulatedClient(self.engine, fleet),
            self.inventory,
            self.supervisor,
            tasks,
            reconcile_interval_seconds,
        )
        self.fleet = Fleet(self.inventory, {self.engine: self.watcher})
        self.broadcaster = Broadcaster(self.inventory, self.rooms, self.supervisor, clock, 3600)

    def start(self) -> Live:
        self.broadcaster.start()
        self.fleet.start()
        return self

    def stop(self) -> None:
        self.supervisor.stop()
        self.fleet.stop()

    @property
    def state(self) -> str:
        return self.inventory.status(self.engine).state

    def truth(self) -> dict[str, Container]:
        """The engine's own list, asked for aside."""
        client = SimulatedClient(self.engine, self.simulated)
        return {row.container.id: client.container(row.container.id) for row in client.list()}

    def known(self) -> dict[str, Container]:
        return self.inventory.containers(self.engine)

    def is_true(self) -> bool:
        return self.known() == self.truth()

    def known_states(self) -> dict[str, str]:
        return {one.id: one.state for one in self.known().values()}

    def true_states(self) -> dict[str, str]:
        return {one.id: one.state for one in self.truth().values()}
