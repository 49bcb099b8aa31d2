"""Bring what dockmon believes in line with the engine's own list.

Events are hints and may be lost; the list is the truth. A row of the list does
not tell everything, so what inspect told is kept for as long as the row can
still be speaking of the same life of the container.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from dockmon.domain.container import Container
from dockmon.domain.engine_events import EngineEvent, fold

_ALIVE = frozenset({"running", "paused"})
# Rounding on both sides, and a list that was slow. A wrong guess costs one inspect.
_AGE_TOLERANCE_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the engine's list.

    container: without details. exit_code, age_seconds: what the engine's status
    words tell ("Exited (137) 2 minutes ago"): the code, and how long at least it
    has been so. None where the words do not say.
    """

    container: Container
    exit_code: int | None = None
    age_seconds: int | None = None


@dataclass(frozen=True, slots=True)
class Reconciled:
    """The state after a reconcile, and whose details are due to be read."""

    containers: dict[str, Container]
    due: frozenset[str]


def reconcile(
    engine: str,
    known: Mapping[str, Container],
    seen: Mapping[str, Row],
    rows: Iterable[Row],
    since: Iterable[EngineEvent] = (),
    elapsed_seconds: float = 0.0,
) -> Reconciled:
    """Return what is true after a list.

    seen: the rows of the list before this one, by id, `elapsed_seconds` ago. since:
    the events read after the list was asked for. The list may or may not include them, so they
    are folded over it once more: folding twice does no harm, leaving one out would.
    """
    containers: dict[str, Container] = {}
    due: set[str] = set()
    for row in rows:
        one = row.container
        before = known.get(one.id)
        merged = _merge(before, seen.get(one.id), row, elapsed_seconds)
        containers[one.id] = merged
        if merged.details is None:
            due.add(one.id)
    for event in since:
        folded = fold(engine, containers.get(event.container_id), event)
        if folded is None:
            containers.pop(event.container_id, None)
        else:
            containers[event.container_id] = folded
            due.add(event.container_id)
    return Reconciled(containers, frozenset(due & containers.keys()))


def _merge(
    before: Container | None, seen: Row | None, row: Row, elapsed_seconds: float
) -> Container:
    if before is None or not _same_life(before, seen, row, elapsed_seconds):
        return row.container
    # A list may leave health out: Docker's does for paused containers, Podman's for
    # all. Within one life it cannot go away, so silence says nothing.
    silent = row.container.health is None and row.container.state in _ALIVE
    health = before.health if silent else row.container.health
    return replace(row.container, details=before.details, health=health)


def _same_life(before: Container, seen: Row | None, row: Row, elapsed_seconds: float) -> bool:
    now = row.container.state
    if before.state != now and not {before.state, now} <= _ALIVE:
        return False
    known_exit_code = before.details.exit_code if before.details else None
    if None not in (known_exit_code, row.exit_code) and known_exit_code != row.exit_code:
        return False
    if seen is None or seen.age_seconds is None or row.age_seconds is None:
        return True
    # The age an engine words only grows within a life. When it has not, an end and a
    # start were missed, though the state looks the same. Below a minute it is exact.
    grown = elapsed_seconds - _AGE_TOLERANCE_SECONDS if row.age_seconds < 60 else 0.0
    return row.age_seconds >= seen.age_seconds + max(0.0, grown)
