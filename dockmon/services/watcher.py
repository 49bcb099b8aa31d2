"""Follow one engine: connect, list, follow its events, reconcile, reconnect.

Writes what it learns to `inventory`. Several watchers share nothing, so that an
engine that is slow or dead delays no other.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable, Iterable
from typing import Final

from dockmon.domain.engine_events import EngineEvent
from dockmon.domain.errors import (
    DockmonError,
    EngineRefused,
    EngineTimedOut,
    EngineUnavailable,
    NotFound,
)
from dockmon.ports import EngineClient, EventStream, Tasks
from dockmon.services.inventory import Inventory
from dockmon.services.supervisor import Supervisor

log = logging.getLogger(__name__)

PING_INTERVAL_SECONDS: Final = 2.0
_AGE_INTERVAL_SECONDS: Final = 0.5
# The longest pause is what "picked up within 2 s of its coming back" allows,
# with the attempt itself to come.
_BACK_OFF_SECONDS: Final = (0.0, 0.1, 0.2, 0.4, 0.8, 1.0)
_INSPECTS_AT_ONCE: Final = 4
_REFRESH_TRIES: Final = 5


class Watcher:
    """Keeps the inventory of one engine true."""

    def __init__(
        self,
        engine: str,
        client: EngineClient,
        inventory: Inventory,
        supervisor: Supervisor,
        tasks: Tasks,
        reconcile_interval_seconds: float,
    ) -> None:
        self.engine = engine
        self.client = client
        self._inventory = inventory
        self._supervisor = supervisor
        self._tasks = tasks
        self._reconcile_interval_seconds = reconcile_interval_seconds
        self._stream: EventStream | None = None
        self._failures = 0
        self._told: str | None = None  # what the log last said of this engine
        self._due: deque[str] = deque()
        self._due_ids: set[str] = set()  # what is in _due
        self._due_lock = threading.Lock()
        self._inspecting = 0  # workers under way

    def start(self) -> None:
        """Start the loops of this engine."""
        keep, every = self._supervisor.keep, self._supervisor.every
        keep(f"follow {self.engine}", self._follow_once)
        every(f"ping {self.engine}", PING_INTERVAL_SECONDS, self._ping)
        every(f"age {self.engine}", _AGE_INTERVAL_SECONDS, self._age)
        every(f"reconcile {self.engine}", self._reconcile_interval_seconds, self._reconcile_open)

    def stop(self) -> None:
        """Wake up whoever waits for this engine. The loops end with the supervisor."""
        self._break()
        self.client.close()

    def refresh(self, container_id: str) -> None:
        """Read one container now, so that what is known is not older than this call."""
        for _ in range(_REFRESH_TRIES):
            if self._inspect(container_id):
                return

    # Following.

    def _follow_once(self) -> None:
        """One connection's life. Returning or raising means: it is over, try again."""
        try:
            self._connect_and_follow()
            reason = "connection_lost"
        except EngineUnavailable as error:
            reason = error.params.get("reason", "connection_lost")
            # Refused or absent is a fact about now; no need to wait for it to age.
            self._inventory.lost(self.engine, reason)
        except EngineTimedOut:
            reason = "timed_out"
            self._inventory.unanswered(self.engine, reason)
        except EngineRefused as error:
            reason = "refused"
            self._inventory.lost(self.engine, reason)
            self._tell("refused", error.params.get("message", ""))
        finally:
            self._break()
        if self._supervisor.stopping:
            return
        self._tell(reason, "")
        last = len(_BACK_OFF_SECONDS) - 1
        pause = _BACK_OFF_SECONDS[min(self._failures, last)]
        self._failures += 1
        self._supervisor.wait(pause)

    def _connect_and_follow(self) -> None:
        self._inventory.connected(self.engine, self.client.connect())
        stream = self.client.events()
        self._stream = stream
        # Subscribed first, listed second: what happens in between waits in the stream.
        self._reconcile()
        self._tell("up", self._inventory.status(self.engine).version or "")
        for event in stream:
            if self._stream is not stream:
                return
            # Not before: an engine that answers and hangs up at once would
            # otherwise be asked without a pause.
            self._failures = 0
            self._apply(event)

    def _apply(self, event: EngineEvent) -> None:
        if self._inventory.apply(self.engine, event):
            self._want_details([event.container_id], first=True)

    def _break(self) -> None:
        stream, self._stream = self._stream, None
        if stream is not None:
            stream.close()

    def _tell(self, what: str, detail: str) -> None:
        """Log a change of fortune, not every try."""
        if what == self._told:
            return
        self._told = what
        if what == "up":
            log.info("engine %s is up (Docker %s)", self.engine, detail)
        else:
            log.warning("engine %s: %s", self.engine, f"{what.replace('_', ' ')} {detail}".rstrip())

    # Confirming.

    def _reconcile_open(self) -> None:
        if self._stream is not None:
            self._quietly(self._reconcile)

    def _reconcile(self) -> None:
        due = None
        while due is None and not self._supervisor.stopping:
            mark = self._inventory.mark(self.engine)
            rows = self.client.list()
            due = self._inventory.reconcile(self.engine, rows, mark)
        self._inventory.confirm(self.engine)
        self._want_details(due or [])

    def _ping(self) -> None:
        """Confirm the engine on a connection of its own.

        A frozen engine raises nothing on the event stream, ever. And an answered
        ping says nothing about events that can no longer arrive: it counts only
        while the stream is open.
        """
        if self._stream is None:
            return
        was = self._inventory.status(self.engine).state
        try:
            self.client.ping()
        except EngineUnavailable:
            self._break()
        except DockmonError:
            pass
        else:
            if self._stream is None:
                return
            if was == "up":
                self._inventory.confirm(self.engine)
            elif was != "connecting":
                self._quietly(self._reconcile)

    def _age(self) -> None:
        before = self._inventory.status(self.engine).state
        if self._inventory.age(self.engine) == "down" != before:
            # Frozen or cut off. If only the network was cut, the old stream would
            # stay silent for ever after it heals: start over.
            self._break()

    def _quietly(self, work: Callable[[], None]) -> None:
        try:
            work()
        except DockmonError as error:
            log.debug("engine %s: %s", self.engine, error)

    # Reading what only inspect knows.

    def _want_details(self, ids: Iterable[str], first: bool = False) -> None:
        add = self._due.appendleft if first else self._due.append
        with self._due_lock:
            for container_id in ids:
                if container_id not in self._due_ids:
                    self._due_ids.add(container_id)
                    add(container_id)
            more = min(_INSPECTS_AT_ONCE - self._inspecting, len(self._due))
            self._inspecting += more
        for _ in range(more):
            self._tasks.spawn(self._inspect_due, name=f"inspect {self.engine}")

    def _inspect_due(self) -> None:
        try:
            while (container_id := self._next_due()) is not None:
                self._inspect_one_due(container_id)
        except BaseException:
            with self._due_lock:
                self._inspecting -= 1
            raise

    def _inspect_one_due(self, container_id: str) -> None:
        try:
            if not self._inspect(container_id):
                self._want_details([container_id])
        except DockmonError as error:
            # The next reconcile finds the details still missing and asks again.
            log.debug("engine %s: %s", self.engine, error)

    def _next_due(self) -> str | None:
        """Return the next id, or None after giving this worker's place back.

        Both under one lock: a worker that has seen the queue empty and still holds
        its place would leave what is queued next to nobody.
        """
        with self._due_lock:
            if self._due and self._stream is not None and not self._supervisor.stopping:
                container_id = self._due.popleft()
                self._due_ids.discard(container_id)
                return container_id
            self._due.clear()
            self._due_ids.clear()
            self._inspecting -= 1
            return None

    def _inspect(self, container_id: str) -> bool:
        mark = self._inventory.mark(self.engine)
        try:
            container = self.client.container(container_id)
        except NotFound:
            self._inventory.forget(self.engine, container_id, mark)
            return True
        return self._inventory.describe(self.engine, container, mark)
