"""What simulated containers use: counters one can believe, without keeping any.

Pure: each counter is a formula of the time the container has run, so that it grows
evenly however seldom or often it is read. Who the containers are is in
`simulated_content`.
"""

from __future__ import annotations

import os
import random
from collections.abc import Sequence
from functools import lru_cache
from math import cos, sin
from typing import Final, NamedTuple

from dockmon.domain.stats import Counters
from dockmon.engines.simulated_content import SimulatedContainer

# Of the real machine, whose figures stand beside them: without a limit a container is told this.
HOST_MEMORY_BYTES: Final = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
_PERIODS_PER_SECOND: Final = 10  # as the kernel enforces a CPU limit
# Share and length in radians per second of the waves that a rate swings in. The
# shares stay below 1 together: a counter never goes backwards.
_WAVES: Final = ((0.15, 1.1), (0.25, 0.31), (0.3, 0.097), (0.25, 0.013))


class _Habits(NamedTuple):
    """What is usual for one container. Rates are per second that it runs."""

    phases: Sequence[float]
    cores: float
    held_back: float | None  # the part of periods; None without a CPU limit
    memory_bytes: float
    memory_limit_bytes: int
    rx_bytes: float
    tx_bytes: float
    read_bytes: float
    write_bytes: float
    pids: int


def counters(one: SimulatedContainer, now: float) -> Counters:
    """Return what a container has used so far in this life."""
    if not one.is_alive or one.started_at is None:
        return Counters(life=None, at=0.0)
    usual, ran = _habits(one.id), _seconds_run(one, now)
    work = _grown(usual.phases, ran)
    traffic = _grown(usual.phases[::-1], ran)
    swing = 0.1 * sin(ran / 71 + usual.phases[0]) + 0.02 * sin(ran / 5 + usual.phases[1])
    has_limit = usual.held_back is not None
    return Counters(
        life=None,
        at=now,
        cpu_seconds=usual.cores * work,
        periods=int(ran * _PERIODS_PER_SECOND) if has_limit else 0,
        throttled_periods=int((usual.held_back or 0.0) * work * _PERIODS_PER_SECOND),
        memory_bytes=int(usual.memory_bytes * (1 + swing)),
        memory_limit_bytes=usual.memory_limit_bytes,
        network_rx_bytes=int(usual.rx_bytes * traffic),
        network_tx_bytes=int(usual.tx_bytes * traffic),
        block_read_bytes=int(usual.read_bytes * work),
        block_write_bytes=int(usual.write_bytes * traffic),
        pids=usual.pids + int(8 * abs(swing)),
    )


def memory_limit_bytes(container_id: str) -> int | None:
    """Return the limit a container was made with. None: only the machine's memory."""
    usual = _habits(container_id)
    return usual.memory_limit_bytes if usual.held_back is not None else None


def _seconds_run(one: SimulatedContainer, now: float) -> float:
    """Return how long it has run in this life, pauses left out."""
    started = one.started_at or now
    return sum(
        (now if ended is None else ended) - began for began, ended in one.talked if began >= started
    )


def _grown(phases: Sequence[float], seconds: float) -> float:
    """Return the sum, over the seconds, of a rate that swings about 1 in waves."""
    grown = seconds
    for (share, pace), phase in zip(_WAVES, phases, strict=True):
        grown += share / pace * (cos(phase) - cos(phase + pace * seconds))
    return grown


@lru_cache(maxsize=8192)
def _habits(container_id: str) -> _Habits:
    chance = random.Random(container_id)  # noqa: S311 - to be repeatable is its purpose
    memory_bytes = 8e6 * 60 ** chance.random()
    rx_bytes = 50.0 * 20_000 ** chance.random()
    is_limited = chance.random() < 0.2
    return _Habits(
        phases=tuple(chance.uniform(0, 6.28) for _ in _WAVES),
        # Most do next to nothing, a few much.
        cores=0.002 * 400 ** (chance.random() ** 2),
        held_back=chance.uniform(0.05, 0.4) if is_limited else None,
        memory_bytes=memory_bytes,
        memory_limit_bytes=_limit_bytes(memory_bytes) if is_limited else HOST_MEMORY_BYTES,
        rx_bytes=rx_bytes,
        tx_bytes=rx_bytes * 4 ** chance.uniform(-1, 1),
        read_bytes=2e5 * chance.random() ** 8,
        write_bytes=1e6 * chance.random() ** 6,
        pids=chance.choice((1, 2, 4, 7, 12, 30)),
    )


def _limit_bytes(memory_bytes: float) -> int:
    """Return a round limit with some room."""
    limit = 32 << 20
    while limit < 1.4 * memory_bytes:
        limit *= 2
    return limit
