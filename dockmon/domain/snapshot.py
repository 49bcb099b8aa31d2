"""Snapshots, deltas and their numbers: what one room was told, and what to tell it next.

The counterpart in the browser is `static/js/client/apply.js`: snapshot plus
deltas, applied there, equals what is told here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from dockmon.domain.container import Container


@dataclass(frozen=True, slots=True)
class Delta:
    """Merged changes number `seq_from` to `seq_to`, both included."""

    seq_from: int
    seq_to: int
    changed: tuple[Container, ...]
    removed: tuple[str, ...]


@dataclass(slots=True)
class Told:
    """Everything one room was told about one engine.

    epoch: changes only with a new server process or a new room. seq: the number
    of the last change told. containers: by id, as last told.
    """

    epoch: str
    seq: int = 0
    containers: dict[str, Container] = field(default_factory=dict)

    def advance(self, current: Mapping[str, Container], touched: Iterable[str]) -> Delta | None:
        """Note what is different about the `touched` ids and return it; None if nothing is.

        A container that changed and changed back within one merge is no change.
        """
        changed: list[Container] = []
        removed: list[str] = []
        for container_id in touched:
            now = current.get(container_id)
            if now == self.containers.get(container_id):
                continue
            if now is None:
                del self.containers[container_id]
                removed.append(container_id)
            else:
                self.containers[container_id] = now
                changed.append(now)
        if not changed and not removed:
            return None
        first = self.seq + 1
        self.seq += len(changed) + len(removed)
        return Delta(first, self.seq, tuple(changed), tuple(removed))


class Gap(Exception):
    """A delta that does not follow: ask for a snapshot."""


def apply(told: Told, delta: Delta, epoch: str) -> None:
    """Apply a delta as a client does. The law the property tests hold this to.

    Raises: Gap.
    """
    if epoch != told.epoch or delta.seq_from > told.seq + 1:
        raise Gap
    if delta.seq_to <= told.seq:
        return
    if delta.seq_from <= told.seq:
        raise Gap
    for container in delta.changed:
        told.containers[container.id] = container
    for container_id in delta.removed:
        told.containers.pop(container_id, None)
    told.seq = delta.seq_to
