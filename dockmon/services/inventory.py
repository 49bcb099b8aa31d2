"""The live state of every engine, and its one writer.

Watchers write here, everybody else listens or takes copies. What a room was
told of it is the work of `broadcaster`.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any, Final

from dockmon.domain.container import Container
from dockmon.domain.engine import EngineInfo, EngineState, EngineStatus, aged
from dockmon.domain.engine_events import NEEDS_DETAILS, EngineEvent, fold
from dockmon.domain.errors import NotFound
from dockmon.domain.ids import resolve
from dockmon.domain.reconcile import Row, reconcile
from dockmon.ports import Clock

# Events kept for a list that is under way. dockerd keeps 256 itself; a list that
# takes longer than 2,000 events is asked for again.
_JOURNAL_EVENTS: Final = 2000

ChangeListener = Callable[[str, frozenset[str]], None]
StatusListener = Callable[[EngineStatus, EngineStatus], None]


@dataclass(slots=True)
class _Record:
    status: EngineStatus
    lock: threading.RLock = field(default_factory=threading.RLock)
    settled: threading.Event = field(default_factory=threading.Event)
    containers: dict[str, Container] = field(default_factory=dict)
    rows: dict[str, Row] = field(default_factory=dict)  # of the last list, by id
    stamp: int = 0  # counts news; a "mark" is the stamp at some moment
    touched: dict[str, int] = field(default_factory=dict)  # id -> stamp of its last news
    journal: deque[tuple[int, EngineEvent]] = field(
        default_factory=lambda: deque(maxlen=_JOURNAL_EVENTS)
    )
    confirmed_monotonic: float | None = None
    listed_monotonic: float = 0.0


class Inventory:
    """What is true, as far as dockmon knows, for each engine."""

    def __init__(self, engines: Iterable[str], clock: Clock) -> None:
        self._clock = clock
        self._records = {name: _Record(EngineStatus(name)) for name in engines}
        self._change_listeners: list[ChangeListener] = []
        self._status_listeners: list[StatusListener] = []

    # Listening and asking.

    def on_change(self, listener: ChangeListener) -> None:
        """Call `listener(engine, ids)` after containers changed, in the writer's task."""
        self._change_listeners.append(listener)

    def on_status(self, listener: StatusListener) -> None:
        """Call `listener(now, before)` after an engine's status changed."""
        self._status_listeners.append(listener)

    @property
    def engines(self) -> tuple[str, ...]:
        """The names of all engines, in the order of the settings."""
        return tuple(self._records)

    def status(self, engine: str) -> EngineStatus:
        """Return how things stand with the engine. Raises engine.unknown."""
        return self._record(engine).status

    def containers(self, engine: str) -> dict[str, Container]:
        """Return a copy of what is known, by id. Raises engine.unknown."""
        record = self._record(engine)
        with record.lock:
            return dict(record.containers)

    def resolve(self, engine: str, reference: str) -> Container:
        """Return the container meant. Raises engine.unknown and what `ids.resolve` raises."""
        record = self._record(engine)
        with record.lock:
            return resolve(reference, record.containers, engine)

    def wait_settled(self, engine: str, seconds: float) -> None:
        """Wait until the engine's first attempt has ended, at most so long."""
        self._record(engine).settled.wait(seconds)

    def mark(self, engine: str) -> int:
        """Return a mark for "now", to be given back with what is asked of the engine next."""
        return self._record(engine).stamp

    # Writing: only watchers, and actions through them.

    def apply(self, engine: str, event: EngineEvent) -> bool:
        """Fold one event in. Returns whether the container's details are due."""
        record = self._record(engine)
        container_id = event.container_id
        with record.lock:
            record.journal.append((self._touch(record, container_id), event))
            before = record.containers.get(container_id)
            after = fold(engine, before, event)
            self._put(record, container_id, after)
        if before != after:
            self._changed(engine, frozenset((container_id,)))
        if event.action == "destroy":
            return False
        return after is None or event.action in NEEDS_DETAILS

    def reconcile(self, engine: str, rows: list[Row], mark: int) -> list[str] | None:
        """Take over the engine's list, asked for at `mark`.

        Returns the ids whose details are due, running and newest first; None when
        so many events came meanwhile that the list must be read again.
        """
        record = self._record(engine)
        with record.lock:
            journal = record.journal
            if len(journal) == _JOURNAL_EVENTS and journal[0][0] > mark:
                return None
            since = [event for stamp, event in journal if stamp > mark]
            before = record.containers
            now = self._clock.monotonic()
            elapsed_seconds, record.listed_monotonic = now - record.listed_monotonic, now
            result = reconcile(engine, before, record.rows, rows, since, elapsed_seconds)
            self._keep_newer(record, result.containers, since, mark)
            record.containers = result.containers
            record.rows = {row.container.id: row for row in rows}
            changed = frozenset(
                one
                for one in before.keys() | result.containers.keys()
                if before.get(one) != result.containers.get(one)
            )
            record.touched = {
                one: stamp
                for one, stamp in record.touched.items()
                if stamp > mark or one in result.containers
            }
            for one in changed:
                self._touch(record, one)
            due = sorted(
                (result.containers[one] for one in result.due if one in result.containers),
                key=lambda one: (one.state == "running", one.created),
                reverse=True,
            )
        if changed:
            self._changed(engine, changed)
        return [one.id for one in due]

    def describe(self, engine: str, container: Container, mark: int) -> bool:
        """Take over an inspected container, asked for at `mark`.

        Returns False when there was news of it in between: the reading may be older
        than what is known, and must be made again.
        """
        record = self._record(engine)
        with record.lock:
            if record.touched.get(container.id, 0) > mark:
                return False
            before = record.containers.get(container.id)
            if before is not None and before.image:
                # The list alone knows when a tag has moved away from the image.
                container = replace(container, image=before.image)
            self._put(record, container.id, container)
            if before != container:
                self._touch(record, container.id)
        if before != container:
            self._changed(engine, frozenset((container.id,)))
        return True

    def forget(self, engine: str, container_id: str, mark: int) -> None:
        """Drop a container that the engine, asked at `mark`, does not know."""
        record = self._record(engine)
        with record.lock:
            if record.touched.get(container_id, 0) > mark:
                return
            known = record.containers.pop(container_id, None)
            if known is not None:
                self._touch(record, container_id)
        if known is not None:
            self._changed(engine, frozenset((container_id,)))

    def connected(self, engine: str, info: EngineInfo) -> None:
        """Note what the engine says of itself; it is not confirmed by that."""
        self._set_status(engine, version=info.version, api_version=info.api_version)

    def confirm(self, engine: str) -> None:
        """Note that the engine has just answered: what is known of it holds."""
        record = self._record(engine)
        record.confirmed_monotonic = self._clock.monotonic()
        self._set_status(engine, state="up", reason=None, confirmed_at=self._clock.time())

    def lost(self, engine: str, reason: str) -> None:
        """Note that the engine cannot be reached at all."""
        self._set_status(engine, state="down", reason=reason)

    def unanswered(self, engine: str, reason: str) -> None:
        """Note that an attempt got no answer; whoever was never reached is down."""
        if self.status(engine).state == "connecting":
            self.lost(engine, reason)

    def age(self, engine: str) -> EngineState:
        """Let the engine's state age, and return it."""
        record = self._record(engine)
        if record.confirmed_monotonic is None:
            return record.status.state
        state = aged(record.status.state, self._clock.monotonic() - record.confirmed_monotonic)
        if state != record.status.state:
            self._set_status(engine, state=state, reason="not_confirmed")
        return state

    def _record(self, engine: str) -> _Record:
        try:
            return self._records[engine]
        except KeyError:
            raise NotFound("engine.unknown", engine=engine) from None

    @staticmethod
    def _touch(record: _Record, container_id: str) -> int:
        """Note that there is news of a container; whatever was asked before is older."""
        record.stamp += 1
        record.touched[container_id] = record.stamp
        return record.stamp

    @staticmethod
    def _keep_newer(
        record: _Record, listed: dict[str, Container], since: list[EngineEvent], mark: int
    ) -> None:
        """Put back into a list what was inspected after the list was asked for.

        Events are folded over the list instead, and need no putting back.
        """
        told = {event.container_id for event in since}
        for container_id, stamp in record.touched.items():
            if stamp > mark and container_id not in told:
                known = record.containers.get(container_id)
                if known is not None:
                    listed[container_id] = known
                else:
                    listed.pop(container_id, None)

    @staticmethod
    def _put(record: _Record, container_id: str, after: Container | None) -> None:
        if after is not None:
            record.containers[container_id] = after
        else:
            record.containers.pop(container_id, None)

    def _set_status(self, engine: str, **changes: Any) -> None:
        record = self._record(engine)
        with record.lock:
            before = record.status
            record.status = now = replace(before, **changes)
            if now.state != "connecting":
                record.settled.set()
            if now != before:
                # Under the lock: two tasks that tell "up" and "down" must do it in the
                # order in which it became true.
                for listener in self._status_listeners:
                    listener(now, before)

    def _changed(self, engine: str, ids: frozenset[str]) -> None:
        for listener in self._change_listeners:
            listener(engine, ids)
