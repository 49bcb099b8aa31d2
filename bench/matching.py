"""Which state that a client was told of belongs to which event of the engine."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from bench.watchers import Note

_STATE_AFTER = {"pause": "paused", "unpause": "running", "die": "exited", "start": "running"}


def delays(seen: Sequence[Note], told: Sequence[Note]) -> tuple[dict[str, list[float]], int]:
    """Return {action: seconds from the engine's event to the client}, and how many never came.

    seen: what the bare reader read of the engine. told: the states that the
    client was told, its first snapshot in front; a state that repeats is about
    something else than the state.
    """
    changes: dict[str, list[tuple[float, str]]] = defaultdict(list)
    for at, container_id, state in told:
        before = changes[container_id][-1][1] if changes[container_id] else None
        if state != before:
            changes[container_id].append((at, state))
    found: dict[str, list[float]] = defaultdict(list)
    missing = 0
    for container_id, events in _by_container(seen).items():
        left = iter(changes[container_id][1:])
        for at, action in events:
            arrived = next((when for when, state in left if state == _STATE_AFTER[action]), None)
            if arrived is None:
                missing += 1
            else:
                found[action].append(arrived - at)
    return dict(found), missing


def gaps(seen: Sequence[Note], again: Sequence[Note]) -> list[float]:
    """Return the seconds between two readers of the same events: the noise of the machine."""
    others = _by_container(again)
    return [
        abs(at - other_at)
        for container_id, events in _by_container(seen).items()
        for (at, action), (other_at, other) in zip(events, others[container_id], strict=False)
        if action == other
    ]


def _by_container(notes: Iterable[Note]) -> dict[str, list[tuple[float, str]]]:
    sorted_out: dict[str, list[tuple[float, str]]] = defaultdict(list)
    for at, container_id, what in notes:
        sorted_out[container_id].append((at, what))
    return sorted_out
