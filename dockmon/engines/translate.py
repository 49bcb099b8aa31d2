"""The engine's JSON in dockmon's own values. Pure; the counterpart of `domain/container`.

One odd container must not hide the others: whatever is missing or of the wrong
type becomes "unknown", and only what has no id at all is left out.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from dockmon.domain.container import STATES, Container, Details, Port
from dockmon.domain.engine_events import EngineEvent
from dockmon.domain.reconcile import Row
from dockmon.engines import values

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


# ----- rows of the list


def rows(engine: str, answer: Any) -> list[Row]:
    """Return the rows of `GET /containers/json`."""
    listed = answer if isinstance(answer, list) else []
    return [row for one in listed if (row := _row(engine, values.mapping(one))) is not None]


def _row(engine: str, one: Mapping[str, Any]) -> Row | None:
    container_id = values.text(one.get("Id"))
    if not container_id:
        return None
    status = values.text(one.get("Status"))
    state = _state(one.get("State"))
    code = _CODE_IN_STATUS.match(status)
    return Row(
        container=Container(
            engine=engine,
            id=container_id,
            name=_name(one.get("Names")) or container_id[:12],
            image=values.text(one.get("Image")),
            state=state,
            created=_created(one.get("Created")),
            health=_health_of_row(one, state, status),
            ports=_ports_of_row(one.get("Ports")),
            labels=values.texts(one.get("Labels")),
        ),
        exit_code=int(code[1]) if code and state != "running" else None,
        age_seconds=_age_seconds(status),
    )


def _name(names: Any) -> str:
    """Choose the container's own name; the others are what linked containers call it."""
    candidates = [values.text(name).removeprefix("/") for name in values.items(names)]
    own = [name for name in candidates if name and "/" not in name]
    return own[0] if own else ""


def _health_of_row(one: Mapping[str, Any], state: str, status: str) -> str | None:
    if state != "running":
        return None
    # Engines from API 1.52 on say it in a field of its own.
    said = _health(values.mapping(one.get("Health")).get("Status"))
    words = _HEALTH_IN_STATUS.search(status)
    return said or (words[1] if words else None)


def _ports_of_row(listed: Any) -> tuple[Port, ...]:
    return _sorted(
        Port(
            private,
            values.text(one.get("Type")) or "tcp",
            _port(one.get("PublicPort")),
            _ip(one, "IP"),
        )
        for one in map(values.mapping, values.items(listed))
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
    one = values.mapping(answer)
    told, settings = values.mapping(one.get("State")), values.mapping(one.get("Config"))
    container_id = values.text(one.get("Id"))
    state = _state(told.get("Status"))
    health = _health(values.mapping(told.get("Health") or told.get("Healthcheck")).get("Status"))
    return Container(
        engine=engine,
        id=container_id,
        name=values.text(one.get("Name")).removeprefix("/") or container_id[:12],
        image=values.text(settings.get("Image")) or values.text(one.get("Image")),
        state=state,
        created=_created(one.get("Created")),
        health=health if state in ("running", "paused") else None,
        ports=_ports_of_inspect(values.mapping(one.get("NetworkSettings")).get("Ports")),
        labels=values.texts(settings.get("Labels")),
        details=_details(one, told, state),
    )


def has_terminal(answer: Any) -> bool:
    """Say from inspect whether the container has a terminal: its log is framed otherwise."""
    return values.mapping(values.mapping(answer).get("Config")).get("Tty") is True


def _details(one: Mapping[str, Any], told: Mapping[str, Any], state: str) -> Details:
    host = values.mapping(one.get("HostConfig"))
    policy = values.mapping(host.get("RestartPolicy"))
    has_ended = state not in ("created", "running", "paused")
    oom_killed = told.get("OOMKilled")
    return Details(
        started_at=values.seconds(told.get("StartedAt")),
        finished_at=values.seconds(told.get("FinishedAt")),
        exit_code=values.whole(told.get("ExitCode")) if has_ended else None,
        oom_killed=oom_killed if isinstance(oom_killed, bool) else None,
        restarts=values.whole(one.get("RestartCount")),
        restart_policy=(values.text(policy.get("Name")) or "no") if policy else None,
        pid=values.whole(told.get("Pid")) or None,
        has_own_network=_has_own_network(values.text(host.get("NetworkMode"))),
    )


def _has_own_network(mode: str) -> bool | None:
    if not mode:
        return None
    return mode != "host" and not mode.startswith(("container:", "ns:"))


def _ports_of_inspect(mapped: Any) -> tuple[Port, ...]:
    ports: list[Port] = []
    for name, bindings in values.mapping(mapped).items():
        number, _, protocol = name.partition("/")
        private = _port(number)
        if private is None:
            continue
        ports += [
            Port(private, protocol or "tcp", _port(one.get("HostPort")), _ip(one, "HostIp"))
            for one in map(values.mapping, values.items(bindings) or [{}])
        ]
    return _sorted(ports)


def processes(answer: Any) -> dict[str, Any]:
    """Return titles and processes of `GET /containers/<id>/top`.

    Podman may send each line as one cell, when it had to ask the container's own ps.
    """
    told = values.mapping(answer)
    titles = [values.text(title) for title in values.items(told.get("Titles"))]
    listed = [
        [values.text(cell) for cell in values.items(row)]
        for row in values.items(told.get("Processes"))
    ]
    if len(titles) == 1 and " " in titles[0]:
        titles = titles[0].split()
        listed = [row[0].split(None, len(titles) - 1) for row in listed if row]
    return {"titles": titles, "processes": listed}


# ----- events


def event(answer: Any) -> EngineEvent | None:
    """Return what one line of `GET /events` says; None when it is of no interest."""
    said = values.mapping(answer)
    action, _, argument = values.text(said.get("Action") or said.get("status")).partition(":")
    action = _PODMAN_EVENTS.get(action, action)
    if action not in KEPT_EVENTS or said.get("Type", "container") != "container":
        return None
    actor = values.mapping(said.get("Actor"))
    facts = values.texts(actor.get("Attributes"))
    container_id = values.text(actor.get("ID") or said.get("id"))
    if not container_id:
        return None
    return EngineEvent(
        action=action,
        container_id=container_id,
        at=_event_time(said),
        name=facts.get("name", "").removeprefix("/"),
        image=facts.get("image", "") or values.text(said.get("from")),
        # Podman adds a code of 0 to whatever happens.
        exit_code=values.whole(facts.get("exitCode") or facts.get("containerExitCode"))
        if action == "die"
        else None,
        health=_health(argument.strip() or said.get("HealthStatus")),
        labels={key: value for key, value in facts.items() if key not in _NO_LABELS}
        if action == "create"
        else {},
    )


def _event_time(said: Mapping[str, Any]) -> float:
    nanoseconds = values.whole(said.get("timeNano"))
    if nanoseconds:
        return nanoseconds / 1e9
    return float(values.whole(said.get("time")) or 0)


# ----- small things


def _state(word: Any) -> str:
    state = values.text(word).lower()
    state = _PODMAN_STATES.get(state, state)
    return state if state in STATES else "dead"


def _health(word: Any) -> str | None:
    return word if isinstance(word, str) and word in _HEALTH else None


def _created(moment: Any) -> float:
    """Return whole seconds: the list has no more, and inspect must say the same."""
    if isinstance(moment, str):
        return float(math.floor(values.seconds(moment) or 0))
    return float(values.whole(moment) or 0)


def _sorted(ports: Iterable[Port]) -> tuple[Port, ...]:
    """Order ports the same way wherever they came from, each once."""

    def key(port: Port) -> tuple[int, str, int, str]:
        return port.private_port, port.protocol, port.public_port or 0, port.ip or ""

    return tuple(sorted(set(ports), key=key))


def _port(number: Any) -> int | None:
    whole = values.whole(number)
    return whole if whole and 0 < whole < 65_536 else None


def _ip(one: Mapping[str, Any], key: str) -> str | None:
    return values.text(one.get(key)) or None
