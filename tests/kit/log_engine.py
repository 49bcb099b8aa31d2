"""An engine that only has logs, kept and answered as dockerd does it, to the entry."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

from dockmon.domain.container import Container, Details
from dockmon.domain.errors import DockmonError, NotFound
from dockmon.domain.logs import LogQuery, StreamName, rfc3339

# (at_ns, stream, payload with its newline, if it has one)
Entry = tuple[int, StreamName, bytes]


class LogEngine:
    """The part of `ports.EngineClient` that logs need. Its logs grow by `write`.

    fault: what every call raises. swallows: a followed log ends before a last
    entry without a newline, as dockerd's does. queries: what was asked. streams:
    all that were opened.
    """

    def __init__(self, name: str = "local") -> None:
        self.name = name
        self.changed = threading.Condition()
        self.logs_by_id: dict[str, list[Entry]] = {}
        self.states: dict[str, str] = {}
        self.fault: DockmonError | None = None
        self.swallows = False
        self.queries: list[tuple[str, LogQuery]] = []
        self.streams: list[LogStream] = []

    def add(self, name: str, *entries: Entry, state: str = "running") -> Container:
        """Have a container with this log. Its id is made of its name."""
        container_id = name.encode().hex().ljust(64, "0")
        self.logs_by_id[container_id] = list(entries)
        self.states[container_id] = state
        return self.container(container_id)

    def write(self, container: Container, *entries: Entry) -> None:
        """Let the container say something."""
        with self.changed:
            self.logs_by_id[container.id].extend(entries)
            self.changed.notify_all()

    def stop(self, container: Container) -> None:
        """Let the container end: nobody follows it any longer."""
        with self.changed:
            self.states[container.id] = "exited"
            self.changed.notify_all()

    def lose(self) -> None:
        """Let every stream break, which looks like its end."""
        with self.changed:
            for stream in self.streams:
                stream.is_closed = True
            self.changed.notify_all()

    @property
    def open_streams(self) -> int:
        return sum(not stream.is_closed for stream in self.streams)

    # The port.

    def container(self, container_id: str) -> Container:
        if self.fault is not None:
            raise self.fault
        if container_id not in self.states:
            raise NotFound("container.not_found", container=container_id, engine=self.name)
        name = bytes.fromhex(container_id).rstrip(b"\0").decode()
        details = Details(started_at=1.0)
        state = self.states[container_id]
        return Container(self.name, container_id, name, "image", state, 1.0, details=details)

    def ping(self) -> None:
        if self.fault is not None:
            raise self.fault

    def logs(self, container_id: str, query: LogQuery) -> Any:
        self.container(container_id)
        self.queries.append((container_id, query))
        stream = LogStream(self, container_id, query)
        self.streams.append(stream)
        return stream


class LogStream:
    """One answer. `tail` counts entries; a line behind `until` ends it (moby, loggerutils)."""

    def __init__(self, engine: LogEngine, container_id: str, query: LogQuery) -> None:
        self._engine = engine
        self._id = container_id
        self._query = query
        self.is_closed = False
        self.given = 0  # entries

    def close(self) -> None:
        with self._engine.changed:
            self.is_closed = True
            self._engine.changed.notify_all()

    def __iter__(self) -> Iterator[tuple[StreamName, bytes]]:
        query, log = self._query, self._engine.logs_by_id[self._id]
        at = 0 if query.tail is None else max(len(log) - query.tail, 0)
        while self._await(at):
            at_ns, stream, payload = log[at]
            at += 1
            if query.follow and self._engine.swallows and not payload.endswith(b"\n"):
                return
            if query.until is not None and at_ns > query.until * 1e9:
                return
            wanted = query.stdout if stream == "stdout" else query.stderr
            if wanted and (query.since is None or at_ns >= query.since * 1e9):
                self.given += 1
                yield stream, rfc3339(at_ns).encode() + b" " + payload

    def _await(self, at: int) -> bool:
        engine = self._engine
        with engine.changed:
            while not self.is_closed:
                if at < len(engine.logs_by_id[self._id]):
                    return True
                if not self._query.follow or engine.states.get(self._id) != "running":
                    return False
                engine.changed.wait()
        return False
