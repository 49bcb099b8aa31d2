"""What an engine event means for a container.

`fold` is the only place where an event becomes a state. The browser never does
this: it applies deltas.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from dockmon.domain.container import Container, Details


@dataclass(frozen=True, slots=True)
class EngineEvent:
    """What an engine said about one container.

    action: Docker's word without arguments ("die", "health_status"); `health` its
    argument. at: Unix seconds on the engine's clock. labels: only on `create`
    complete enough to be used.
    """

    action: str
    container_id: str
    at: float
    name: str = ""
    image: str = ""
    exit_code: int | None = None
    health: str | None = None
    labels: Mapping[str, str] = field(default_factory=dict)


# After these an inspect is due: the event opens or closes a life, or changes what
# only inspect tells. A `die` may in truth be a `restarting`, which no event says.
NEEDS_DETAILS: Final = frozenset({"create", "start", "die", "update", "rename"})


_LIFE_EVENTS: Final = frozenset({"start", "die", "pause", "unpause", "oom", "health_status"})


def fold(engine: str, before: Container | None, event: EngineEvent) -> Container | None:
    """Return the container as it is after the event; None when it is gone or unknown.

    Unknown containers are only made by `create`: the others do not carry enough,
    and whoever calls reads the engine's own row instead.
    """
    if event.action == "destroy":
        return None
    if before is None:
        return _created(engine, event) if event.action == "create" else None
    rule = _RULES.get(event.action)
    return rule(before, event) if rule and not _is_old(before, event) else before


def _is_old(before: Container, event: EngineEvent) -> bool:
    """Say whether the event belongs to a life, or an end, that is already past.

    An inspect can overtake the events it explains. Folding those afterwards would
    show a restarted container as exited until its `start` is read too.
    """
    known = before.details or Details()
    begins = event.action == "start"
    limit = known.finished_at if begins and before.state != "running" else known.started_at
    return limit is not None and event.at < limit and event.action in _LIFE_EVENTS


def _created(engine: str, event: EngineEvent) -> Container:
    return Container(
        engine=engine,
        id=event.container_id,
        name=event.name,
        image=event.image,
        state="created",
        created=event.at,
        labels=dict(event.labels),
    )


def _started(before: Container, event: EngineEvent) -> Container:
    known = before.details or Details()
    # The pid of the last life may be another program's by now; inspect brings the new one.
    details = replace(known, started_at=event.at, exit_code=None, oom_killed=False, pid=None)
    health = "starting" if before.health else None
    return replace(before, state="running", health=health, details=details)


def _died(before: Container, event: EngineEvent) -> Container:
    known = before.details or Details()
    details = replace(known, exit_code=event.exit_code, finished_at=event.at, pid=None)
    return replace(before, state="exited", details=details, ports=(), health=None)


def _paused(before: Container, _event: EngineEvent) -> Container:
    return replace(before, state="paused")


def _unpaused(before: Container, _event: EngineEvent) -> Container:
    return replace(before, state="running")


def _renamed(before: Container, event: EngineEvent) -> Container:
    return replace(before, name=event.name) if event.name else before


def _out_of_memory(before: Container, _event: EngineEvent) -> Container:
    return replace(before, details=replace(before.details or Details(), oom_killed=True))


def _health_changed(before: Container, event: EngineEvent) -> Container:
    return replace(before, health=event.health)


_RULES = {
    "start": _started,
    "die": _died,
    "pause": _paused,
    "unpause": _unpaused,
    "rename": _renamed,
    "oom": _out_of_memory,
    "health_status": _health_changed,
}
