"""Where an engine's container stats come from: the kernel's files or the engine itself.

Picks between `cgroup` and `engine_stats`, and falls back while running: files may be
there and still not be those of the engine's containers.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from typing import Final

from dockmon.config import EngineAddress, Settings
from dockmon.domain.container import Container
from dockmon.domain.stats import Counters
from dockmon.ports import Clock, EngineClient, StatsProbe, Tasks
from dockmon.probes.cgroup import CgroupProbe
from dockmon.probes.engine_stats import EngineStatsProbe

log = logging.getLogger(__name__)

# The first miss may be a container that has just started, or just ended.
_MISSES: Final = 2
RETRY_SECONDS: Final = 60.0


def probe_for(
    address: EngineAddress, client: EngineClient, settings: Settings, tasks: Tasks, clock: Clock
) -> StatsProbe:
    """Return the probe for one engine."""
    asked = EngineStatsProbe(address.name, client, tasks, clock)
    if address.address.startswith("simulated://"):
        return ChosenProbe(address.name, None, asked, clock, "the engine is simulated")
    if not address.is_local:
        return ChosenProbe(address.name, None, asked, clock, "the engine runs elsewhere")
    read = CgroupProbe(settings.cgroup_root, settings.proc_root, clock)
    if read.layout is None:
        return ChosenProbe(address.name, None, asked, clock, read.reason)
    missing = f"no cgroup of a running container below {settings.cgroup_root}"
    return ChosenProbe(address.name, read, asked, clock, missing)


class ChosenProbe:
    """`ports.StatsProbe` that reads where it can and asks the engine for the rest.

    read: None when only the engine can tell. otherwise: why the engine, when it is.
    """

    def __init__(
        self,
        engine: str,
        read: StatsProbe | None,
        asked: StatsProbe,
        clock: Clock,
        otherwise: str | None,
    ) -> None:
        self._engine = engine
        self._read = read
        self._asked = asked
        self._clock = clock
        self._otherwise = otherwise
        self._source: str | None = None
        self._reason: str | None = None
        self._misses: dict[str, int] = {}  # id -> readings in a row without it
        self._retry_at = 0.0

    @property
    def source(self) -> str | None:
        return self._source

    @property
    def reason(self) -> str | None:
        return self._reason

    def read(self, containers: Sequence[Container]) -> dict[str, Counters]:
        if self._read is None or self._is_asking():
            self._choose(self._asked, self._otherwise)
            return self._asked.read(containers)
        found = self._read.read(containers)
        self._misses = {
            one.id: self._misses.get(one.id, 0) + 1 for one in containers if one.id not in found
        }
        enough = 1 if self._source == self._asked.source else _MISSES
        missing = [one for one in containers if self._misses.get(one.id, 0) >= enough]
        if found or not containers:
            self._choose(self._read, self._read.reason)
        elif len(missing) == len(containers):
            self._choose(self._asked, self._otherwise)
            self._retry_at = self._clock.monotonic() + RETRY_SECONDS
        # Each probe says `life` in a way of its own, so a change of source is a new one.
        return found | self._asked.read(missing) if missing else found

    def forget(self, container_ids: Iterable[str]) -> None:
        ids = tuple(container_ids)
        for probe in self._probes():
            probe.forget(ids)

    def close(self) -> None:
        for probe in self._probes():
            probe.close()

    def _probes(self) -> list[StatsProbe]:
        return [self._asked] if self._read is None else [self._read, self._asked]

    def _is_asking(self) -> bool:
        """Say whether nothing could be read, not long ago."""
        return self._source == self._asked.source and self._clock.monotonic() < self._retry_at

    def _choose(self, probe: StatsProbe, reason: str | None) -> None:
        if (probe.source, reason) != (self._source, self._reason):
            self._source, self._reason = probe.source, reason
            log.info("engine %s: container stats from %s (%s)", self._engine, self._source, reason)
