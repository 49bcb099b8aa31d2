"""Turn changes of the inventory into messages: one build per room, whoever listens.

Keeps what each room was told (`domain/snapshot`). How a message reaches a client
is the work of `realtime/emitter`, behind the port `Publisher`.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Final

from dockmon.domain.access import View
from dockmon.domain.container import Container, summary
from dockmon.domain.engine import EngineStatus
from dockmon.domain.secrets import mask_labels
from dockmon.domain.snapshot import Delta, Told
from dockmon.ports import CatchUp, Clock, Publisher
from dockmon.services.inventory import Inventory
from dockmon.services.supervisor import Supervisor

CONTAINERS: Final = "/containers"
# Half of what the contract allows: with all of it, a scheduler that is late by 10 ms
# puts one change in a hundred beyond 50 ms. Costs up to 50 deltas a second in a storm.
MERGE_WINDOW_SECONDS: Final = 0.02
SNAPSHOT_PAUSE_SECONDS: Final = 1.0
CONFIRMED_STEP_SECONDS: Final = 5.0
_STOP_CHECK_SECONDS: Final = 1.0  # how long a quiet loop may miss the stop

VIEWS: Final = (View(masked=True), View(masked=False))


def delta_room(engine: str, view: View) -> str:
    """Name the room of those who follow an engine by deltas."""
    return f"delta.{engine}.{view.key}"


def snapshot_room(engine: str, view: View) -> str:
    """Name the room of those who want full snapshots."""
    return f"snapshot.{engine}.{view.key}"


def engine_room(engine: str) -> str:
    """Name the room of those who want to hear of the engine itself."""
    return f"engine.{engine}"


@dataclass(slots=True)
class _Feed:
    """One engine as one view sees it: the numbers its rooms share."""

    engine: str
    view: View
    told: Told
    lock: threading.RLock = field(default_factory=threading.RLock)
    pending: set[str] = field(default_factory=set)
    unsent_snapshot: bool = False


class Broadcaster:
    """Tells rooms what changed, at once, and merges what follows for a moment."""

    def __init__(
        self,
        inventory: Inventory,
        publisher: Publisher,
        supervisor: Supervisor,
        clock: Clock,
        snapshot_interval_seconds: float,
    ) -> None:
        self._inventory = inventory
        self._publisher = publisher
        self._supervisor = supervisor
        self._clock = clock
        self._snapshot_interval_seconds = snapshot_interval_seconds
        epoch = secrets.token_hex(6)
        self._feeds = {
            (engine, view): _Feed(engine, view, Told(f"{epoch}.{view.key}"))
            for engine in inventory.engines
            for view in VIEWS
        }
        self._wake = {engine: threading.Event() for engine in inventory.engines}
        self._wake_snapshots = {engine: threading.Event() for engine in inventory.engines}
        self._announced_at: dict[str, float | None] = {}  # engine -> confirmed_at last told
        inventory.on_change(self._noted)
        inventory.on_status(self._status_changed)

    def start(self) -> None:
        """Start one task per engine for deltas, and the one that emits snapshots."""
        for engine in self._inventory.engines:
            self._supervisor.keep(f"deltas {engine}", partial(self._tell, engine))
            self._supervisor.keep(f"snapshots {engine}", partial(self._tell_snapshots, engine))
        self._supervisor.every(
            "snapshots", self._snapshot_interval_seconds, self._tell_all_snapshots
        )

    def snapshot(self, engine: str, view: View) -> dict[str, Any]:
        """Return a `containers` payload: all the room was told, up to this moment.

        Join the room first: whatever changes after this call reaches it as a delta.
        Raises: engine.unknown.
        """
        payload: dict[str, Any] = self.with_snapshot(engine, view, lambda payload: payload)
        return payload

    def with_snapshot(self, engine: str, view: View, use: Callable[[dict[str, Any]], Any]) -> Any:
        """Call `use` with a `containers` payload while no delta can come between."""
        self._inventory.status(engine)
        feed = self._feeds[engine, view]
        with feed.lock:
            self._flush(feed)
            return use(self._snapshot_payload(feed))

    def numbers(self, engine: str, view: View) -> tuple[str, int, dict[str, Container]]:
        """Return (epoch, seq, containers as told) for REST, at one moment.

        Raises: engine.unknown.
        """
        self._inventory.status(engine)
        feed = self._feeds[engine, view]
        with feed.lock:
            self._flush(feed)
            return feed.told.epoch, feed.told.seq, dict(feed.told.containers)

    # Listening.

    def _noted(self, engine: str, ids: frozenset[str]) -> None:
        for view in VIEWS:
            feed = self._feeds[engine, view]
            with feed.lock:
                feed.pending |= ids
        self._wake[engine].set()

    def _status_changed(self, now: EngineStatus, before: EngineStatus) -> None:
        last = self._announced_at.get(now.name)
        moved = now.confirmed_at is not None and (
            last is None or now.confirmed_at - last >= CONFIRMED_STEP_SECONDS
        )
        if now.state == before.state and now.reason == before.reason and not moved:
            return
        self._announced_at[now.name] = now.confirmed_at

        def tell_again(send: Callable[[str, dict[str, Any]], None]) -> None:
            # Of an engine that is down there is no next message to make it good.
            send("engine", self._status_payload(now.name))

        payload = self._status_payload(now.name)
        self._publisher.publish(CONTAINERS, engine_room(now.name), "engine", payload, tell_again)

    # Telling.

    def _tell(self, engine: str) -> None:
        wake = self._wake[engine]
        if not wake.wait(_STOP_CHECK_SECONDS):
            return
        wake.clear()
        for view in VIEWS:
            feed = self._feeds[engine, view]
            with feed.lock:
                self._flush(feed)
        self._supervisor.wait(MERGE_WINDOW_SECONDS)

    def _flush(self, feed: _Feed) -> None:
        """Tell the room of everything pending. The caller holds the feed's lock."""
        if not feed.pending:
            return
        touched, feed.pending = feed.pending, set()
        current = self._inventory.containers(feed.engine)
        seen = {one: _seen(current[one], feed.view) for one in touched if one in current}
        delta = feed.told.advance(seen, touched)
        if delta is None:
            return
        feed.unsent_snapshot = True
        self._wake_snapshots[feed.engine].set()
        room = delta_room(feed.engine, feed.view)
        if self._publisher.has_listeners(CONTAINERS, room):
            payload = self._delta_payload(feed, delta)
            self._publisher.publish(
                CONTAINERS, room, "containers-delta", payload, self._catch_up(feed)
            )

    def _tell_snapshots(self, engine: str) -> None:
        """Snapshots at once on a change, at most one a second."""
        wake = self._wake_snapshots[engine]
        if not wake.wait(_STOP_CHECK_SECONDS):
            return
        wake.clear()
        for view in VIEWS:
            if self._feeds[engine, view].unsent_snapshot:
                self._tell_snapshot(self._feeds[engine, view])
        self._supervisor.wait(SNAPSHOT_PAUSE_SECONDS)

    def _tell_all_snapshots(self) -> None:
        for feed in self._feeds.values():
            self._tell_snapshot(feed)

    def _tell_snapshot(self, feed: _Feed) -> None:
        with feed.lock:
            feed.unsent_snapshot = False
            room = snapshot_room(feed.engine, feed.view)
            if self._publisher.has_listeners(CONTAINERS, room):
                self._flush(feed)
                payload = self._snapshot_payload(feed)
                self._publisher.publish(
                    CONTAINERS, room, "containers", payload, self._catch_up(feed)
                )

    def _catch_up(self, feed: _Feed) -> CatchUp:
        def catch_up(send: Callable[[str, dict[str, Any]], None]) -> None:
            self.with_snapshot(feed.engine, feed.view, lambda payload: send("containers", payload))

        return catch_up

    # Building.

    def _status_payload(self, engine: str) -> dict[str, Any]:
        return {**self._inventory.status(engine).as_message(), "timestamp": self._clock.time()}

    def _snapshot_payload(self, feed: _Feed) -> dict[str, Any]:
        now = self._clock.time()
        containers = feed.told.containers.values()
        return {
            **self._inventory.status(feed.engine).as_message(),
            "epoch": feed.told.epoch,
            "seq": feed.told.seq,
            "data": [container.as_message(now) for container in containers],
            "summary": summary(containers),
            "timestamp": now,
        }

    def _delta_payload(self, feed: _Feed, delta: Delta) -> dict[str, Any]:
        now = self._clock.time()
        return {
            "engine": feed.engine,
            "epoch": feed.told.epoch,
            "seq_from": delta.seq_from,
            "seq_to": delta.seq_to,
            "changed": [container.as_message(now) for container in delta.changed],
            "removed": list(delta.removed),
            "summary": summary(feed.told.containers.values()),
            "timestamp": now,
        }


def _seen(container: Container, view: View) -> Container:
    if not view.masked:
        return container
    labels = mask_labels(container.labels)
    # The same object where nothing is hidden: most containers then cost one copy.
    return container if labels == container.labels else replace(container, labels=labels)
