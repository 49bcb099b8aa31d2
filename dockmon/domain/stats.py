"""What a container uses: raw counters, and the rates between two readings of them.

Whoever reads the counters (`probes/`) decides nothing; what may be concluded from
them is decided here, once for every source.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Final, NamedTuple


class Counters(NamedTuple):
    """What one container had used up to a moment. None: the source cannot know.

    life: anything that changes when counting begins anew, with a restart or with
    another source. at: seconds by the clock of the source; only differences mean
    something. memory_bytes: without the inactive file cache, as `docker stats`
    shows it. periods: of the CPU limit's enforcement; throttled_periods: those of
    them in which the container was held back.

    A tuple: a sweep makes one for every container, and a frozen dataclass costs
    four times as much.
    """

    life: Hashable
    at: float
    cpu_seconds: float | None = None
    periods: int | None = None
    throttled_periods: int | None = None
    memory_bytes: int | None = None
    memory_limit_bytes: int | None = None
    network_rx_bytes: int | None = None
    network_tx_bytes: int | None = None
    block_read_bytes: int | None = None
    block_write_bytes: int | None = None
    pids: int | None = None


class Sample(NamedTuple):
    """What one container uses now. None: not known, and drawn as a gap.

    cpu_percent: 100 is one core. cpu_throttled_percent: how many of 100 periods
    the CPU limit held it back in; 0 without a limit.
    """

    cpu_percent: float | None = None
    memory_bytes: int | None = None
    memory_limit_bytes: int | None = None
    network_rx_bytes_per_second: int | None = None
    network_tx_bytes_per_second: int | None = None
    block_read_bytes_per_second: int | None = None
    block_write_bytes_per_second: int | None = None
    pids: int | None = None
    cpu_throttled_percent: float | None = None


COLUMNS: Final = ("id", *Sample._fields)
UNKNOWN: Final = Sample()


def sample(before: Counters | None, now: Counters, is_running: bool = True) -> Sample:
    """Return what the container uses, by two readings of its counters.

    Rates are None without an earlier reading of the same life, over no time, where
    a counter went backwards, and while the container is not running (paused): what
    it holds is still known then.
    """
    if before is None or before.life != now.life or now.at <= before.at or not is_running:
        return Sample(None, now.memory_bytes, now.memory_limit_bytes, pids=now.pids)
    seconds = now.at - before.at
    cpu = _difference(before.cpu_seconds, now.cpu_seconds)
    return Sample(
        None if cpu is None else round(100.0 * cpu / seconds, 2),
        now.memory_bytes,
        now.memory_limit_bytes,
        _rate(before.network_rx_bytes, now.network_rx_bytes, seconds),
        _rate(before.network_tx_bytes, now.network_tx_bytes, seconds),
        _rate(before.block_read_bytes, now.block_read_bytes, seconds),
        _rate(before.block_write_bytes, now.block_write_bytes, seconds),
        now.pids,
        _throttled(before, now),
    )


def _difference(before: float | None, now: float | None) -> float | None:
    if before is None or now is None or now < before:
        return None
    return now - before


def _rate(before: int | None, now: int | None, seconds: float) -> int | None:
    if before is None or now is None or now < before:
        return None
    return round((now - before) / seconds)


def _throttled(before: Counters, now: Counters) -> float | None:
    periods = _difference(before.periods, now.periods)
    throttled = _difference(before.throttled_periods, now.throttled_periods)
    if periods is None or throttled is None:
        return None
    return round(min(100.0, 100.0 * throttled / periods), 1) if periods else 0.0
