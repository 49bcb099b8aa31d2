"""The harmless engine: the contract of `client.DockerClient`, and no Docker anywhere.

It runs the demo, and stands in for engines in tests of everything above.
"""

from __future__ import annotations

import builtins
import weakref
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

from dockmon.config import EngineAddress
from dockmon.domain.actions import ActionRequest
from dockmon.domain.container import (
    PROJECT_LABEL,
    SERVICE_LABEL,
    Container,
    duration_words,
)
from dockmon.domain.engine import EngineInfo
from dockmon.domain.engine_events import EngineEvent
from dockmon.domain.errors import Conflict
from dockmon.domain.logs import LogQuery, StreamName
from dockmon.domain.reconcile import Row
from dockmon.domain.stats import Counters
from dockmon.engines import simulated_content as content
from dockmon.engines import simulated_usage as usage
from dockmon.engines import translate
from dockmon.engines.simulated_content import SimulatedContainer
from dockmon.engines.simulated_fleet import SimulatedFleet

VERSION: Final = EngineInfo(version="simulated", api_version="1.51")
_ACTION_SECONDS: Final = 0.4
_CHECK_SECONDS: Final = 30
_CHECKS_KEPT: Final = 5


def fleet_from_address(address: str) -> SimulatedFleet:
    """Return the fleet that `simulated://?containers=50&churn=2` describes."""
    options = parse_qs(urlsplit(address).query)
    containers = int(options.get("containers", ["50"])[-1])
    churn = int(options.get("churn", ["0"])[-1])
    return SimulatedFleet(containers=containers, churn=churn, action_seconds=_ACTION_SECONDS)


class SimulatedClient:
    """`ports.EngineClient` over a simulated daemon."""

    def __init__(self, engine: str, fleet: SimulatedFleet) -> None:
        self._engine = engine
        self._fleet = fleet
        self._streams: weakref.WeakSet[SimulatedEvents | SimulatedLog] = weakref.WeakSet()

    @classmethod
    def from_address(cls, address: EngineAddress) -> SimulatedClient:
        """Return a client for a fleet of its own."""
        return cls(address.name, fleet_from_address(address.address))

    @property
    def fleet(self) -> SimulatedFleet:
        """The daemon behind it."""
        return self._fleet

    def connect(self) -> EngineInfo:
        self._fleet.answer("connect", self._engine)
        return VERSION

    def ping(self) -> None:
        self._fleet.answer("ping", self._engine)

    def list(self) -> builtins.list[Row]:
        self._fleet.answer("list", self._engine)
        with self._fleet.changed:
            return [self._row(one) for one in self._fleet.containers.values()]

    def inspect(self, container_id: str) -> dict[str, Any]:
        self._fleet.answer("inspect", self._engine)
        with self._fleet.changed:
            one = self._fleet.find(container_id, self._engine)
            described = _inspected(one)
            if one.has_health_check:
                described["State"]["Health"]["Log"] = _checks(one, self._fleet.now())
            return described

    def container(self, container_id: str) -> Container:
        return translate.container(self._engine, self.inspect(container_id))

    def events(self) -> SimulatedEvents:
        self._fleet.answer("events", self._engine)
        stream = SimulatedEvents(self._fleet)
        self._streams.add(stream)
        return stream

    def act(self, container_id: str, request: ActionRequest) -> bool:
        self._fleet.answer("act", self._engine)
        return self._fleet.act(container_id, request, self._engine)

    def logs(self, container_id: str, query: LogQuery) -> SimulatedLog:
        self._fleet.answer("logs", self._engine)
        one = self._fleet.find(container_id, self._engine)
        stream = SimulatedLog(self._fleet, one, query)
        self._streams.add(stream)
        return stream

    def top(self, container_id: str) -> dict[str, Any]:
        self._fleet.answer("top", self._engine)
        one = self._fleet.find(container_id, self._engine)
        if one.state != "running":
            raise Conflict(
                "container.conflict",
                container=container_id,
                engine=self._engine,
                message=f"container {one.name} is not running",
            )
        row = ["root", str(one.pid), "1", "0", "00:00", "?", "00:00:07", " ".join(one.command)]
        return {"titles": list(_TOP_TITLES), "processes": [row]}

    def counters(self, container_id: str) -> Counters:
        self._fleet.answer("counters", self._engine)
        return usage.counters(self._fleet.find(container_id, self._engine), self._fleet.now())

    def close(self) -> None:
        for stream in list(self._streams):
            stream.close()

    def _row(self, one: SimulatedContainer) -> Row:
        now = self._fleet.now()
        since = one.started_at if one.is_alive else one.finished_at
        has_age = since is not None and one.state != "created"
        return Row(
            container=replace(translate.container(self._engine, _inspected(one)), details=None),
            exit_code=one.exit_code if one.state in ("exited", "restarting") else None,
            age_seconds=translate.least_seconds(duration_words(now - (since or now)))
            if has_age
            else None,
        )


class SimulatedEvents:
    """Events of the fleet. Time passes for it while somebody waits here."""

    def __init__(self, fleet: SimulatedFleet) -> None:
        self._fleet = fleet
        self._listener = fleet.listen()

    def __iter__(self) -> Iterator[EngineEvent]:
        while True:
            self._fleet.advance()
            with self._fleet.changed:
                if not self._listener.is_open:
                    return
                if not self._listener.events or self._fleet.is_frozen:
                    self._fleet.changed.wait(self._fleet.seconds_until_next())
                    continue
                event = self._listener.events.popleft()
            yield event

    def close(self) -> None:
        self._fleet.leave(self._listener)


class SimulatedLog:
    """The log of a simulated container; follows it until it ends."""

    def __init__(self, fleet: SimulatedFleet, one: SimulatedContainer, query: LogQuery) -> None:
        self._fleet = fleet
        self._one = one
        self._query = query
        self._listener = fleet.listen(to_events=False)

    def __iter__(self) -> Iterator[tuple[StreamName | None, bytes]]:
        try:
            read_until, is_over = self._fleet.now(), not self._query.follow
            yield from self._earlier(read_until)
            while not is_over:
                with self._fleet.changed:
                    self._fleet.changed.wait(self._seconds_until_next_line(read_until))
                    if not self._listener.is_open:
                        return
                    if self._fleet.is_frozen:
                        continue
                    # Before the lines are read: the last ones must not be missed.
                    is_over = not self._one.is_alive or self._is_past_until()
                    now = self._fleet.now()
                    new = self._frames(read_until, self._capped(now))
                read_until = now
                yield from new
        finally:
            self.close()

    def close(self) -> None:
        self._fleet.leave(self._listener)

    def _earlier(self, now: float) -> list[tuple[StreamName | None, bytes]]:
        since = self._query.since
        frames = self._frames(0.0 if since is None else since - _MICROSECOND, self._capped(now))
        tail = self._query.tail
        return frames if tail is None else frames[max(0, len(frames) - tail) :]

    def _frames(self, after: float, until: float) -> list[tuple[StreamName | None, bytes]]:
        wanted = {"stdout": self._query.stdout, "stderr": self._query.stderr}
        with self._fleet.changed:
            said = list(content.lines(self._one, after, until))[-content.LINES_KEPT :]
        has_terminal = self._one.has_terminal
        end = "\r\n" if has_terminal else "\n"
        return [
            (None if has_terminal else stream, f"{nanosecond_time(at)} {text}{end}".encode())
            for at, stream, text in said
            if wanted[stream]
        ]

    def _capped(self, now: float) -> float:
        return now if self._query.until is None else min(now, self._query.until)

    def _is_past_until(self) -> bool:
        return self._query.until is not None and self._query.until < self._fleet.now()

    def _seconds_until_next_line(self, after: float) -> float:
        if not self._one.is_alive:
            return 0.0
        return min(max(content.next_line_at(self._one, after) - self._fleet.now(), 0.001), 1.0)


_MICROSECOND: Final = 1e-6
_TOP_TITLES: Final = ("UID", "PID", "PPID", "C", "STIME", "TTY", "TIME", "CMD")
_NEVER: Final = "0001-01-01T00:00:00Z"


def nanosecond_time(moment: float | None) -> str:
    """Word a time as engines do: RFC 3339 with nine digits."""
    if moment is None:
        return _NEVER
    microseconds = round(moment * 1e6)
    whole = datetime.fromtimestamp(microseconds // 1_000_000, UTC)
    return f"{whole:%Y-%m-%dT%H:%M:%S}.{microseconds % 1_000_000:06d}000Z"


def _inspected(one: SimulatedContainer) -> dict[str, Any]:
    """Word a container as an engine's inspect does."""
    memory = usage.memory_limit_bytes(one.id)
    return {
        "Id": one.id,
        "Created": nanosecond_time(one.created),
        "Path": one.command[0] if one.command else "",
        "Args": list(one.command[1:]),
        "State": _state(one),
        "Image": f"sha256:{one.id[::-1]}",
        "Name": f"/{one.name}",
        "RestartCount": one.restarts,
        "Driver": "overlay2",
        "Platform": "linux",
        "Mounts": [],
        "HostConfig": {
            "NetworkMode": "default",
            "RestartPolicy": {"Name": one.restart_policy, "MaximumRetryCount": 0},
            "Privileged": False,
            "Memory": memory or 0,
            "NanoCpus": 1_000_000_000 if memory else 0,
            "PidsLimit": None,
            "LogConfig": {"Type": "json-file", "Config": {}},
        },
        "Config": {
            "Hostname": one.id[:12],
            "User": "",
            "Tty": one.has_terminal,
            "OpenStdin": one.has_terminal,
            "Env": list(one.environment),
            "Cmd": list(one.command),
            "Image": one.image,
            "WorkingDir": "/",
            "Labels": dict(one.labels),
        },
        "NetworkSettings": {"Ports": _ports(one), "Networks": _networks(one)},
    }


def _networks(one: SimulatedContainer) -> dict[str, Any]:
    project = one.labels.get(PROJECT_LABEL)
    parts = [int(one.id[at : at + 2], 16) for at in range(0, 8, 2)]
    address = f"172.{16 + parts[0] % 16}.{parts[1]}.{2 + parts[2] % 250}" if one.is_alive else ""
    told = {
        "IPAddress": address,
        "MacAddress": ":".join(f"{part:02x}" for part in (2, 66, *parts)) if one.is_alive else "",
        "Aliases": [one.labels[SERVICE_LABEL]] if project else None,
    }
    return {f"{project}_default" if project else "bridge": told}


def _state(one: SimulatedContainer) -> dict[str, Any]:
    state = {
        "Status": one.state,
        "Running": one.is_alive or one.state == "restarting",
        "Paused": one.state == "paused",
        "Restarting": one.state == "restarting",
        "OOMKilled": one.oom_killed,
        "Dead": False,
        "Pid": one.pid if one.is_alive else 0,
        "ExitCode": 0 if one.is_alive else one.exit_code,
        "Error": "",
        "StartedAt": nanosecond_time(one.started_at),
        "FinishedAt": nanosecond_time(one.finished_at),
    }
    if one.has_health_check:
        state["Health"] = {"Status": one.health or "none", "FailingStreak": 0, "Log": []}
    return state


def _checks(one: SimulatedContainer, now: float) -> list[dict[str, Any]]:
    """Return what its last health checks found, oldest first."""
    if one.started_at is None or not one.is_alive:
        return []
    is_bad = one.health == "unhealthy"
    done = int((now - one.started_at) / _CHECK_SECONDS)
    return [
        {
            "Start": nanosecond_time(one.started_at + number * _CHECK_SECONDS - 0.04),
            "End": nanosecond_time(one.started_at + number * _CHECK_SECONDS),
            "ExitCode": int(is_bad),
            "Output": "wget: can't connect to remote host: Connection refused" if is_bad else "OK",
        }
        for number in range(max(1, done - _CHECKS_KEPT + 1), done + 1)
    ]


def _ports(one: SimulatedContainer) -> dict[str, Any]:
    mapped: dict[str, Any] = {}
    for port in one.ports if one.is_alive else ():
        binding = {"HostIp": port.ip, "HostPort": str(port.public_port)}
        mapped.setdefault(f"{port.private_port}/{port.protocol}", []).append(binding)
    return mapped
