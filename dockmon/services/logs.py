"""Logs of containers for whoever may read them: who reads what, and until when.

The reading itself is in `log_reading`, for one reader, and `log_source`, for one
container.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

from dockmon.domain.access import Principal
from dockmon.domain.container import Container
from dockmon.domain.errors import InvalidRequest, RateLimited
from dockmon.domain.log_cursor import Cursor, Place, key_of
from dockmon.domain.log_request import LogRequest
from dockmon.ports import Clock, EngineClient, Tasks
from dockmon.services.log_depths import LogDepths
from dockmon.services.log_reading import LogReading

STREAMS_AT_ONCE: Final = 500
RETRY_AFTER_SECONDS: Final = 5

Resolve = Callable[[str, str], Container]
Clients = Callable[[str], EngineClient]


class Logs:
    """Opens logs. resolve: (engine, reference) to a container; client: who speaks to an engine."""

    def __init__(
        self,
        resolve: Resolve,
        client: Clients,
        tasks: Tasks,
        clock: Clock,
        streams_at_once: int = STREAMS_AT_ONCE,
    ) -> None:
        self._resolve = resolve
        self._client = client
        self._tasks = tasks
        self._clock = clock
        self._streams_at_once = streams_at_once
        self._lock = threading.Lock()
        self._depths = LogDepths()
        self._readings: dict[LogReading, Principal] = {}

    def open(
        self,
        wanted: Sequence[tuple[str, str]],
        request: LogRequest,
        principal: Principal,
        with_cursors: bool = True,
    ) -> LogReading:
        """Return a reading of these (engine, reference) once every engine has answered.

        Where only some of them can be read, their lines come, and the others' errors.

        Raises: request.invalid, container.not_found, engine.unknown,
        engine.unavailable, engine.timed_out, engine.refused, request.rate_limited.
        """
        found = {(c.engine, c.id): c for c in (self._resolve(*one) for one in wanted)}
        containers = list(found.values())
        if request.until_ns is not None and request.until_ns <= self._clock.time() * 1e9:
            request = replace(request, follow=False)
        places = _places(containers, request)
        clients = [self._client(container.engine) for container in containers]
        reading = LogReading(containers, clients, places, request, self._clock, self._depths)
        reading.with_cursors = with_cursors
        self._admit(reading, principal)
        try:
            reading.start(self._tasks)
        except BaseException:
            reading.close()
            raise
        return reading

    def keep(self, may_read: Callable[[Principal], bool]) -> None:
        """Cut off whoever may not read any more; call every second."""
        with self._lock:
            readings = list(self._readings.items())
        for reading, principal in readings:
            if not may_read(principal):
                reading.close()

    def close(self) -> None:
        """Cut off everybody."""
        self.keep(lambda _principal: False)

    @property
    def streams(self) -> int:
        """How many logs are being read."""
        with self._lock:
            return sum(reading.streams for reading in self._readings)

    def _admit(self, reading: LogReading, principal: Principal) -> None:
        reading.on_close = self._forget
        with self._lock:
            streams = reading.streams + sum(one.streams for one in self._readings)
            if streams > self._streams_at_once:
                raise RateLimited(retry_after_seconds=RETRY_AFTER_SECONDS)
            self._readings[reading] = principal

    def _forget(self, reading: LogReading) -> None:
        with self._lock:
            self._readings.pop(reading, None)


def _places(containers: list[Container], request: LogRequest) -> list[Place | None]:
    if isinstance(request.since, int):
        return [Place(request.since)] * len(containers)
    cursor: Cursor = request.since or {}
    places = [cursor.get(key_of(one.engine, one.id)) for one in containers]
    if cursor and not any(places):
        raise InvalidRequest(fields={"since": ["is a cursor of other containers"]})
    return places
