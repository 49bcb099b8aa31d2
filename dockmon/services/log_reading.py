"""One reader's lines, out of one log or several merged; handed on, and let go in time.

`log_source` reads each container's log in a task of its own; here they meet. A
slow reader slows the engines down, and costs no memory.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

from dockmon.domain.container import Container
from dockmon.domain.errors import GONE, DockmonError
from dockmon.domain.log_cursor import Place, after, before, join, key_of, pack
from dockmon.domain.log_last import KEPT_BYTES, LINE_COST_BYTES
from dockmon.domain.log_merge import LogMerge
from dockmon.domain.log_request import LogRequest
from dockmon.domain.logs import LogLine
from dockmon.ports import Clock, EngineClient, Tasks
from dockmon.services.log_depths import LogDepths
from dockmon.services.log_source import LogSource

READING_BYTES: Final = 2 * 1024 * 1024
SOURCE_LINES: Final = 2_048
_SOURCE_BYTES: Final = 128 * 1024
_BATCH_LINES: Final = 256
# How long a clock of an engine's may be behind ours when `until` ends a stream.
_UNTIL_GRACE_SECONDS: Final = 2.0


class Told(NamedTuple):
    """A line, or that one container's part ended before its time or never began (`error`)."""

    container: Container
    line: LogLine | None
    cursor: str
    error: DockmonError | None = None


class LogReading:
    """One reader's lines, out of the logs of one container or of several.

    Iterating yields lists of what there is, and waits while there is nothing. It
    ends when every log has, or when it was closed: then `was_cut`.
    """

    def __init__(
        self,
        containers: list[Container],
        clients: list[EngineClient],
        places: list[Place | None],
        request: LogRequest,
        clock: Clock,
        depths: LogDepths,
    ) -> None:
        self.containers = containers
        self.with_cursors = True
        self.streams = len(containers)
        self.on_close: Callable[[LogReading], None] = lambda _reading: None
        self.lock = threading.Lock()
        self.is_over = False
        self.kept_bytes = KEPT_BYTES // len(containers)
        self.was_cut = False
        self._is_closed = False
        self._clock = clock
        self._readable = threading.Condition(self.lock)
        self._writable = threading.Condition(self.lock)
        two_steps = len(containers) > 1
        self._sources = [
            LogSource(container, client, request, place, two_steps, self, depths)
            for container, client, place in zip(containers, clients, places, strict=True)
        ]
        self._numbers = {source: number for number, source in enumerate(self._sources)}
        self._merge = LogMerge(len(containers))
        self._keys = [key_of(one.engine, one.id) for one in containers]
        self._parts = [self._part(source) for source in self._sources]  # of the cursor
        self._untouched = set(self._sources)  # no line of them was put in yet
        self._waiting_bytes = [0] * len(containers)
        self._waiting_lines = [0] * len(containers)
        self._source_bytes = max(READING_BYTES // len(containers), _SOURCE_BYTES)
        self._unopened = set(self._sources)
        self._refusals: list[DockmonError] = []  # of those that could not be opened
        self._errors: dict[int, DockmonError] = {}  # by number, not told yet
        self._ends_at = self._end_of(request)

    def start(self, tasks: Tasks) -> None:
        """Begin to read; returns when every engine has answered.

        Raises: what opening raised, if no log could be opened. Of several, one that
        could not is told as the end of its part.
        """
        for source in self._sources:
            name = f"log of {source.container.name}"
            tasks.spawn(source.run, name=name)
        with self.lock:
            while self._unopened:
                self._readable.wait()
            refusals = self._refusals
        if len(refusals) == self.streams:
            raise refusals[0]

    def __iter__(self) -> Iterator[list[Told]]:
        while batch := self._next():
            yield batch

    def close(self) -> None:
        """End it, from any task: every engine's stream closes, a waiting reader wakes up."""
        with self.lock:
            if self._is_closed:
                return
            self._is_closed = True
        self._end()
        self.on_close(self)

    def _end(self) -> None:
        with self.lock:
            self.is_over = True
            self._readable.notify_all()
            self._writable.notify_all()
        for source in self._sources:
            source.close()

    def _end_of(self, request: LogRequest) -> float | None:
        if request.until_ns is None or not request.follow:
            return None
        left_seconds = request.until_ns / 1e9 - self._clock.time()
        return self._clock.monotonic() + left_seconds + _UNTIL_GRACE_SECONDS

    # The reader's side.

    def _next(self) -> list[Told]:
        is_late = False
        with self.lock:
            while not self._is_closed:
                now = self._clock.monotonic()
                batch = self._take(now)
                if batch or self._is_drained():
                    return batch
                is_late = self._ends_at is not None and now >= self._ends_at and not self.is_over
                if is_late:
                    break
                self._readable.wait(self._wait_seconds(now))
            self.was_cut = self._is_closed
        if not is_late:
            return []
        self._end()
        return self._next()

    def _take(self, now: float) -> list[Told]:
        for source in self._sources:
            self._add(source, source.settle(now), now)
        batch: list[Told] = []
        while len(batch) < _BATCH_LINES and (taken := self._merge.take(now)):
            number, line = taken
            cursor = ""
            if self.with_cursors:
                self._parts[number] = pack(self._keys[number], after(line))
                cursor = join(self._parts)
            self._waiting_bytes[number] -= len(line.text) + LINE_COST_BYTES
            self._waiting_lines[number] -= 1
            batch.append(Told(self.containers[number], line, cursor))
        for number in [n for n in self._errors if self._merge.is_drained(n)]:
            error = self._errors.pop(number)
            batch.append(Told(self.containers[number], None, "", error))
        if batch:
            self._writable.notify_all()
        return batch

    def _is_drained(self) -> bool:
        return all(self._merge.is_drained(number) for number in range(self.streams))

    def _wait_seconds(self, now: float) -> float | None:
        moments = [source.settles_at for source in self._sources] + [self._ends_at]
        waits = [moment - now for moment in moments if moment is not None]
        due = self._merge.due(now)
        if due is not None:
            waits.append(due)
        return max(min(waits), 0.001) if waits else None

    # The sources' side: `log_source.Sink`.

    def now(self) -> float:
        return self._clock.monotonic()

    def opened(self, source: LogSource) -> None:
        with self.lock:
            self._unopened.discard(source)
            self._readable.notify_all()

    def put(self, source: LogSource, lines: list[LogLine]) -> None:
        number = self._numbers[source]
        waiting = deque(lines)
        with self.lock:
            while waiting and not self.is_over:
                if self._is_full(number):
                    self._writable.wait()
                    continue
                self._add(source, [waiting.popleft()], self._clock.monotonic())

    def live(self, source: LogSource) -> None:
        with self.lock:
            if source in self._untouched:
                self._parts[self._numbers[source]] = self._part(source)
            self._merge.live(self._numbers[source], self._clock.monotonic())
            self._readable.notify_all()

    def ended(self, source: LogSource, error: DockmonError | None) -> None:
        number = self._numbers[source]
        with self.lock:
            is_gone = isinstance(error, GONE) and source not in self._unopened
            if error is not None and not is_gone and not self.is_over:
                self._errors[number] = error
                if source in self._unopened:
                    self._refusals.append(error)
            self._unopened.discard(source)
            if source in self._untouched:
                self._parts[number] = self._part(source)
            self._merge.end(number)
            self._readable.notify_all()

    def _is_full(self, number: int) -> bool:
        return (
            self._waiting_bytes[number] >= self._source_bytes
            or self._waiting_lines[number] >= SOURCE_LINES
        )

    def _add(self, source: LogSource, lines: list[LogLine], now: float) -> None:
        number = self._numbers[source]
        for line in lines:
            if source in self._untouched:
                self._untouched.discard(source)
                if source.place.side == "from":
                    # Nothing of it was handed out: whoever goes on begins with this line.
                    self._parts[number] = pack(self._keys[number], before(line))
            self._waiting_bytes[number] += len(line.text) + LINE_COST_BYTES
            self._waiting_lines[number] += 1
            self._merge.put(number, line, now)
            self._readable.notify()

    def _part(self, source: LogSource) -> bytes:
        one = source.container
        return pack(key_of(one.engine, one.id), source.place)
