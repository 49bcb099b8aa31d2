"""The engine's JSON in dockmon's own values. Pure; the counterpart of `domain/container`.

One odd container must not hide the others: whatever is missing or of the wrong
type becomes "unknown", and only what has no id at all is left out.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from dockmon.domain.container import STATES, Container, Details, Port
from dockmon.domain.engine_events import EngineEvent
from dockmon.domain.reconcile import Row
from dockmon.domain.stats import Counters

# What `engine_events` makes something of. The engine is asked for no others:
# 200 containers with a health check a second are 600 exec events a second.
KEPT_EVENTS: Final = frozenset(
    {
        *("create", "start", "die", "destroy"),
        *("pause", "unpause", "rename", "update", "oom", "health_status"),
    }
)
_PODMAN_EVENTS: Final = {"died": "die", "remove": "destroy"}
_PODMAN_STATES: Final = {
    "configured": "created",
    "initialized": "created",
    "stopped": "exited",
    "stopping": "running",
    "unknown": "dead",
}
# Facts that the engine puts among a container's labels in an event.
_NO_LABELS: Final = frozenset({"name", "image", "exitCode", "containerExitCode", "podId"})
_HEALTH: Final = frozenset({"healthy", "unhealthy", "starting"})
_HEALTH_IN_STATUS: Final = re.compile(r"\((?:health: )?(healthy|unhealthy|starting)\)")
_CODE_IN_STATUS: Final = re.compile(r"(?:Exited|Restarting) \((-?[0-9]{1,10})\)")
_AGE_IN_STATUS: Final = re.compile(
    r"(?:Up|(?:Exited|Restarting) \(-?[0-9]{1,10}\)) (?P<words>[^(]+?)(?: ago)?(?: \(.*)?$"
)
_TIME: Final = re.compile(r"([^.]+?)(\.[0-9]+)?(Z|[+-][0-9]{2}:?[0-9]{2})")


# ----- rows of the list


def rows(engine: str, answer: Any) -> list[Row]:
    """Return the rows of `GET /containers/json`."""
    listed = answer if isinstance(answer, list) else []
    return [row for one in listed if (row := _row(engine, _mapping(one))) is not None]


def _row(engine: str, one: Mapping[str, Any]) -> Row | None:
    container_id = _text(one.get("Id"))
    if not container_id:
        return None
    status = _text(one.get("Status"))
    state = _state(one.get("State"))
    code = _CODE_IN_STATUS.match(status)
    return Row(
        container=Container(
            engine=engine,
            id=container_id,
            name=_name(one.get("Names")) or container_id[:12],
            image=_text(one.get("Image")),
            state=state,
            created=_created(one.get("Created")),
            health=_health_of_row(one, state, status),
            ports=_ports_of_row(one.get("Ports")),
            labels=_labels(one.get("Labels")),
        ),
        exit_code=int(code[1]) if code and state != "running" else None,
        age_seconds=_age_seconds(status),
    )


def _name(names: Any) -> str:
    """Choose the container's own name; the others are what linked containers call it."""
    candidates = [_text(name).removeprefix("/") for name in _list(names)]
    own = [name for name in candidates if name and "/" not in name]
    return own[0] if own else ""


def _health_of_row(one: Mapping[str, Any], state: str, status: str) -> str | None:
    if state != "running":
        return None
    # Engines from API 1.52 on say it in a field of its own.
    said = _health(_mapping(one.get("Health")).get("Status"))
    words = _HEALTH_IN_STATUS.search(status)
    return said or (words[1] if words else None)


def _ports_of_row(listed: Any) -> tuple[Port, ...]:
    return _sorted(
        Port(private, _text(one.get("Type")) or "tcp", _port(one.get("PublicPort")), _ip(one, "IP"))
        for one in map(_mapping, _list(listed))
        if (private := _port(one.get("PrivatePort"))) is not None
    )


def _age_seconds(status: str) -> int | None:
    words = _AGE_IN_STATUS.match(status)
    return least_seconds(words["words"]) if words else None


_UNIT_SECONDS: Final = {
    "second": 1,
    "minute": 60,
    "hour": 3600,
    "day": 86_400,
    "week": 7 * 86_400,
    "month": 30 * 86_400,
    "year": 365 * 86_400,
}
_DURATION: Final = re.compile(r"([0-9]{1,9}) (second|minute|hour|day|week|month|year)s?")


def least_seconds(words: str) -> int | None:
    """Return how long it is at least; the inverse of `domain.container.duration_words`.

    Hours are rounded by the engine, and days to months made of rounded hours:
    "2 hours" may be an hour and a half.
    """
    if words in _NAMED_DURATIONS:
        return _NAMED_DURATIONS[words]
    match = _DURATION.fullmatch(words)
    if match is None:
        return None
    seconds = int(match[1]) * _UNIT_SECONDS[match[2]]
    return seconds - 1800 if match[2] in ("hour", "day", "week", "month") else seconds


_NAMED_DURATIONS: Final = {
    "Less than a second": 0,
    "About a minute": 60,
    "About an hour": 3600,
}


# ----- inspect


def container(engine: str, answer: Any) -> Container:
    """Return one container with its details, from `GET /containers/<id>/json`."""
    one = _mapping(answer)
    told, settings = _mapping(one.get("State")), _mapping(one.get("Config"))
    container_id = _text(one.get("Id"))
    state = _state(told.get("Status"))
    health = _health(_mapping(told.get("Health") or told.get("Healthcheck")).get("Status"))
    return Container(
        engine=engine,
        id=container_id,
        name=_text(one.get("Name")).removeprefix("/") or container_id[:12],
        image=_text(settings.get("Image")) or _text(one.get("Image")),
        state=state,
        created=_created(one.get("Created")),
        health=health if state in ("running", "paused") else None,
        ports=_ports_of_inspect(_mapping(one.get("NetworkSettings")).get("Ports")),
        labels=_labels(settings.get("Labels")),
        details=_details(one, told, state),
    )


def has_terminal(answer: Any) -> bool:
    """Say from inspect whether the container has a terminal: its log is framed otherwise."""
    return _mapping(_mapping(answer).get("Config")).get("Tty") is True


def _details(one: Mapping[str, Any], told: Mapping[str, Any], state: str) -> Details:
    host = _mapping(one.get("HostConfig"))
    policy = _mapping(host.get("RestartPolicy"))
    has_ended = state not in ("created", "running", "paused")
    oom_killed = told.get("OOMKilled")
    return Details(
        started_at=_time(told.get("StartedAt")),
        finished_at=_time(told.get("FinishedAt")),
        exit_code=_whole(told.get("ExitCode")) if has_ended else None,
        oom_killed=oom_killed if isinstance(oom_killed, bool) else None,
        restarts=_whole(one.get("RestartCount")),
        restart_policy=(_text(policy.get("Name")) or "no") if policy else None,
        pid=_whole(told.get("Pid")) or None,
        has_own_network=_has_own_network(_text(host.get("NetworkMode"))),
    )


def _has_own_network(mode: str) -> bool | None:
    if not mode:
        return None
    return mode != "host" and not mode.startswith(("container:", "ns:"))


def _ports_of_inspect(mapped: Any) -> tuple[Port, ...]:
    ports: list[Port] = []
    for name, bindings in _mapping(mapped).items():
        number, _, protocol = name.partition("/")
        private = _port(number)
        if private is None:
            continue
        ports += [
            Port(private, protocol or "tcp", _port(one.get("HostPort")), _ip(one, "HostIp"))
            for one in map(_mapping, _list(bindings) or [{}])
        ]
    return _sorted(ports)


def processes(answer: Any) -> dict[str, Any]:
    """Return titles and processes of `GET /containers/<id>/top`.

    Podman may send each line as one cell, when it had to ask the container's own ps.
    """
    told = _mapping(answer)
    titles = [_text(title) for title in _list(told.get("Titles"))]
    listed = [[_text(cell) for cell in _list(row)] for row in _list(told.get("Processes"))]
    if len(titles) == 1 and " " in titles[0]:
        titles = titles[0].split()
        listed = [row[0].split(None, len(titles) - 1) for row in listed if row]
    return {"titles": titles, "processes": listed}


# ----- stats


def counters(answer: Any) -> Counters:
    """Return what `GET /containers/<id>/stats` tells, by the formulas of `docker stats`.

    `life` is left to who knows the container. Nothing runs: `at` is 0, all else None.
    """
    told = _mapping(answer)
    at = _time(told.get("read"))
    if at is None:
        # Docker says "never" and zeros, Podman nothing at all.
        return Counters(life=None, at=0.0)
    cpu, memory = _mapping(told.get("cpu_stats")), _mapping(told.get("memory_stats"))
    limit = _mapping(cpu.get("throttling_data"))
    total_ns = _whole(_mapping(cpu.get("cpu_usage")).get("total_usage"))
    networks = told.get("networks")
    blocks = _mapping(told.get("blkio_stats")).get("io_service_bytes_recursive")
    return Counters(
        life=None,
        at=at,
        cpu_seconds=None if total_ns is None else total_ns / 1e9,
        periods=_whole(limit.get("periods")),
        throttled_periods=_whole(limit.get("throttled_periods")),
        memory_bytes=_memory_bytes(memory),
        memory_limit_bytes=_whole(memory.get("limit")),
        network_rx_bytes=_network_bytes(networks, "rx_bytes"),
        network_tx_bytes=_network_bytes(networks, "tx_bytes"),
        block_read_bytes=_block_bytes(blocks, "read"),
        block_write_bytes=_block_bytes(blocks, "write"),
        pids=_whole(_mapping(told.get("pids_stats")).get("current")),
    )


def _memory_bytes(memory: Mapping[str, Any]) -> int | None:
    usage = _whole(memory.get("usage"))
    if usage is None:
        return None
    stats = _mapping(memory.get("stats"))
    # cgroup v1 counts children only in the first, v2 has only the second.
    for name in ("total_inactive_file", "inactive_file"):
        cache = _whole(stats.get(name))
        if cache is not None and cache < usage:
            return usage - cache
    return usage


def _network_bytes(networks: Any, direction: str) -> int | None:
    """Sum over all interfaces; None without any, as on the host's network."""
    if not isinstance(networks, dict):
        return None
    return sum(_whole(_mapping(one).get(direction)) or 0 for one in networks.values())


def _block_bytes(entries: Any, operation: str) -> int | None:
    """Sum over all devices. A null is no 0: engines send it where they cannot count, too.

    `docker stats` goes by the first letter. Podman also counts requests, as "rios" and
    "wios", which would then be added to the bytes.
    """
    if not isinstance(entries, list):
        return None
    return sum(
        _whole(one.get("value")) or 0
        for one in map(_mapping, entries)
        if _text(one.get("op")).lower() == operation
    )


# ----- events


def event(answer: Any) -> EngineEvent | None:
    """Return what one line of `GET /events` says; None when it is of no interest."""
    said = _mapping(answer)
    action, _, argument = _text(said.get("Action") or said.get("status")).partition(":")
    action = _PODMAN_EVENTS.get(action, action)
    if action not in KEPT_EVENTS or said.get("Type", "container") != "container":
        return None
    actor = _mapping(said.get("Actor"))
    facts = _labels(actor.get("Attributes"))
    container_id = _text(actor.get("ID") or said.get("id"))
    if not container_id:
        return None
    return EngineEvent(
        action=action,
        container_id=container_id,
        at=_event_time(said),
        name=facts.get("name", "").removeprefix("/"),
        image=facts.get("image", "") or _text(said.get("from")),
        # Podman adds a code of 0 to whatever happens.
        exit_code=_whole(facts.get("exitCode") or facts.get("containerExitCode"))
        if action == "die"
        else None,
        health=_health(argument.strip() or said.get("HealthStatus")),
        labels={key: value for key, value in facts.items() if key not in _NO_LABELS}
        if action == "create"
        else {},
    )


def _event_time(said: Mapping[str, Any]) -> float:
    nanoseconds = _whole(said.get("timeNano"))
    if nanoseconds:
        return nanoseconds / 1e9
    return float(_whole(said.get("time")) or 0)


# ----- small things


def _state(word: Any) -> str:
    state = _text(word).lower()
    state = _PODMAN_STATES.get(state, state)
    return state if state in STATES else "dead"


def _health(word: Any) -> str | None:
    return word if isinstance(word, str) and word in _HEALTH else None


def _created(moment: Any) -> float:
    """Return whole seconds: the list has no more, and inspect must say the same."""
    if isinstance(moment, str):
        return float(math.floor(_time(moment) or 0))
    return float(_whole(moment) or 0)


def _time(moment: Any) -> float | None:
    """Return Unix seconds of an RFC 3339 time; None for the engine's "never"."""
    match = _TIME.fullmatch(_text(moment))
    if match is None:
        return None
    zone = "+00:00" if match[3] == "Z" else match[3]
    try:
        whole = datetime.fromisoformat(match[1] + zone)
    except ValueError:
        return None
    if whole <= _NEVER:
        return None
    return whole.timestamp() + float(match[2] or 0)


_NEVER: Final = datetime(1970, 1, 1, tzinfo=UTC)


def _sorted(ports: Iterable[Port]) -> tuple[Port, ...]:
    """Order ports the same way wherever they came from, each once."""

    def key(port: Port) -> tuple[int, str, int, str]:
        return port.private_port, port.protocol, port.public_port or 0, port.ip or ""

    return tuple(sorted(set(ports), key=key))


def _port(number: Any) -> int | None:
    whole = _whole(number)
    return whole if whole and 0 < whole < 65_536 else None


def _ip(one: Mapping[str, Any], key: str) -> str | None:
    return _text(one.get(key)) or None


def _whole(number: Any) -> int | None:
    if isinstance(number, str) and re.fullmatch(r"-?[0-9]{1,19}", number, re.ASCII):
        return int(number)
    return number if isinstance(number, int) and not isinstance(number, bool) else None


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _labels(value: Any) -> dict[str, str]:
    return {
        key: text
        for key, text in _mapping(value).items()
        if isinstance(key, str) and isinstance(text, str)
    }
