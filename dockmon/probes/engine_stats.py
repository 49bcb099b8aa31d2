"""What containers have used, asked of the engine, where its machine's files cannot be read.

The counterpart for engines here is `cgroup`; `choose` picks. An engine tells of one
container at a time and takes as long as it likes, so requests run beside each other.

Measured with 50 containers: Docker 20.10 lets every one-shot request wait for its next
tick, 1.0 s, however many there are (dockerd: 3 % of a core at 50 a second). Asked 8 at
a time a sweep took 7.1 s, 25 at a time 2.1 s, all at once 1.07 s; the other way, without
one-shot, 2.1 s all at once. Podman 4.3 answers in 2 ms. So one-shot it is, and as many
at once as it takes for a sweep a second.
"""

from __future__ import annotations

import math
import threading
import time
from collections import deque
from collections.abc import Iterable, Sequence
from typing import Final

from dockmon.domain.container import Container
from dockmon.domain.errors import DockmonError, EngineTimedOut, EngineUnavailable
from dockmon.domain.stats import Counters
from dockmon.ports import Clock, EngineClient, Tasks

FEWEST_AT_ONCE: Final = 8
MOST_AT_ONCE: Final = 64
_SWEEP_SECONDS: Final = 1.0
# Twice what an engine takes that measures twice. What waits longer hangs: a request
# that later ones have overtaken, or, where nothing is answered, the engine.
PATIENCE_SECONDS: Final = 4.0
# A reading waits for about two sweeps, so that on a quick engine a container that
# hangs is hardly noticed, and never long. Who reads often does not wait for a slow
# engine at all, but gets what has come since the last reading.
_SHORTEST_WAIT_SECONDS: Final = 0.25
_LONGEST_WAIT_SECONDS: Final = 1.5
_KEPT_SECONDS: Final = 5.0  # and once more as long as readings are apart
_LATEST_WEIGHT: Final = 0.2
# A simulated engine answers without waiting: without a break now and then 5,000
# answers would hold up every other task for 50 ms.
_BREAK_EVERY: Final = 32


class EngineStatsProbe:
    """`ports.StatsProbe` over an engine's API."""

    source: str | None = "engine"
    reason: str | None = None

    def __init__(self, engine: str, client: EngineClient, tasks: Tasks, clock: Clock) -> None:
        self._engine = engine
        self._client = client
        self._tasks = tasks
        self._clock = clock
        # Notified when a worker ends, and when the last request of a sweep is over.
        self._changed = threading.Condition()
        self._wanted: dict[str, Container] = {}
        self._due: deque[str] = deque()
        self._under_way: dict[str, float] = {}  # id -> monotonic, when it was asked
        self._again: set[str] = set()  # read once more while under way
        self._newest: dict[str, tuple[float, Counters]] = {}  # id -> (monotonic, counters)
        self._workers = 0
        self._took_seconds: float | None = None  # a request, of late
        self._answered_at = -math.inf
        self._is_reached = True
        self._is_closed = False
        self._read_at = -math.inf

    def read(self, containers: Sequence[Container]) -> dict[str, Counters]:
        began = self._clock.monotonic()
        with self._changed:
            pace_seconds, self._read_at = began - self._read_at, began
            self._want(containers)
            more = self._more_workers(began)
        for _ in range(more):
            self._tasks.spawn(self._ask_due, name=f"stats {self._engine}")
            with self._changed:
                self._workers += 1
        with self._changed:
            seconds = min(self._wait_seconds(), pace_seconds / 2)
            self._changed.wait_for(lambda: self._is_over(began), seconds)
            oldest = self._clock.monotonic() - _KEPT_SECONDS - pace_seconds
            return {one: counters for one, (at, counters) in self._newest.items() if at > oldest}

    def forget(self, container_ids: Iterable[str]) -> None:
        with self._changed:
            for container_id in container_ids:
                self._wanted.pop(container_id, None)
                self._newest.pop(container_id, None)

    def close(self) -> None:
        """End every wait. A worker that waits for the engine ends with its request."""
        with self._changed:
            self._is_closed = True
            self._wanted.clear()
            self._newest.clear()
            self._changed.notify_all()

    # Planning. The lock is held.

    def _want(self, containers: Sequence[Container]) -> None:
        """Queue all that is not queued or under way; who waits longest is first."""
        if self._is_closed:
            return
        self._wanted = {one.id: one for one in containers}
        self._newest = {
            one: known
            for one, known in self._newest.items()
            if one in self._wanted and known[1].life == _life(self._wanted[one])
        }
        self._again.update(self._under_way)
        asked = {*self._due, *self._under_way}
        self._due.extend(one for one in self._wanted if one not in asked)

    def _more_workers(self, now: float) -> int:
        room = min(MOST_AT_ONCE - self._workers, len(self._due))
        if not self._is_reached or self._is_silent(now):
            # One to see whether that has changed; when it has, it goes on with the rest.
            is_looking = any(now - asked < PATIENCE_SECONDS for asked in self._under_way.values())
            return 0 if is_looking else max(0, min(1, room))
        overtaken = sum(
            self._answered_at - asked_at > PATIENCE_SECONDS for asked_at in self._under_way.values()
        )
        return max(0, min(self._width() - self._workers + overtaken, room))

    def _width(self) -> int:
        """Return how many requests at once it takes for a sweep a second."""
        needed = math.ceil(len(self._wanted) * (self._took_seconds or 0.0) / _SWEEP_SECONDS)
        return max(FEWEST_AT_ONCE, min(needed, MOST_AT_ONCE))

    def _is_silent(self, now: float) -> bool:
        """Say whether the engine has left everything unanswered for too long."""
        return any(
            asked_at > self._answered_at and now - asked_at > PATIENCE_SECONDS
            for asked_at in self._under_way.values()
        )

    def _wait_seconds(self) -> float:
        took = len(self._wanted) * (self._took_seconds or 0.0) / self._width()
        sweep_seconds = max(took, self._took_seconds or 0.0)
        return min(_SHORTEST_WAIT_SECONDS + 2 * sweep_seconds, _LONGEST_WAIT_SECONDS)

    def _is_over(self, began: float) -> bool:
        """Say whether all was answered that was asked since a reading began."""
        if self._is_closed:
            return True
        return not self._due and all(asked_at < began for asked_at in self._under_way.values())

    # Asking.

    def _ask_due(self) -> None:
        answers = 0
        try:
            while (one := self._next_due()) is not None:
                self._ask(one)
                answers += 1
                if answers % _BREAK_EVERY == 0:
                    time.sleep(0)
        except BaseException:
            with self._changed:
                self._workers -= 1
            raise

    def _next_due(self) -> Container | None:
        """Return the next container, or None after giving this worker's place back."""
        with self._changed:
            while self._due and not self._is_closed:
                one = self._wanted.get(self._due.popleft())
                if one is not None:
                    self._under_way[one.id] = self._clock.monotonic()
                    return one
            self._workers -= 1
            self._changed.notify_all()
            return None

    def _ask(self, one: Container) -> None:
        outcome: Counters | DockmonError | None = None
        try:
            outcome = self._client.counters(one.id)
        except DockmonError as error:
            outcome = error
        finally:
            with self._changed:
                self._settle(one, outcome)

    # Settling. The lock is held.

    def _settle(self, one: Container, outcome: Counters | DockmonError | None) -> None:
        asked_at = self._under_way.pop(one.id)
        if one.id in self._again:
            # An engine that takes a second would otherwise be asked every other second.
            self._again.discard(one.id)
            self._due.append(one.id)
        if isinstance(outcome, EngineUnavailable):
            self._newest.clear()
            self._give_up()
        elif not isinstance(outcome, EngineTimedOut):
            self._answered(one, asked_at, outcome if isinstance(outcome, Counters) else None)
        elif asked_at > self._answered_at:
            self._give_up()
        if not self._due:
            self._changed.notify_all()

    def _give_up(self) -> None:
        """End this sweep: the others would find nobody either."""
        self._is_reached = False
        self._due.clear()

    def _answered(self, one: Container, asked_at: float, counters: Counters | None) -> None:
        """Note an answer; None is one, too: that there is nothing to tell."""
        now = self._clock.monotonic()
        self._is_reached = True
        self._answered_at = now
        took, before = now - asked_at, self._took_seconds
        self._took_seconds = took if before is None else before + (took - before) * _LATEST_WEIGHT
        wanted = self._wanted.get(one.id)
        if counters is None:
            self._newest.pop(one.id, None)
        elif wanted is not None and _life(wanted) == _life(one):
            # Otherwise it was restarted meanwhile, and the counters may be of either life.
            self._newest[one.id] = now, _owned(one, counters)


def _life(one: Container) -> tuple[str, float | None]:
    return "engine", one.details.started_at if one.details else None


def _owned(one: Container, counters: Counters) -> Counters:
    """Return the counters as those of this life of this container."""
    has_own_network = one.details.has_own_network if one.details else None
    if has_own_network is False:
        # What Docker leaves out here, Podman calls 0.
        counters = counters._replace(network_rx_bytes=None, network_tx_bytes=None)
    elif has_own_network and counters.network_rx_bytes is None:
        # It has a network of its own with nothing in it, and Docker lists nothing.
        counters = counters._replace(network_rx_bytes=0, network_tx_bytes=0)
    return counters._replace(life=_life(one))
