"""Read the machine every so often, and tell whoever watches.

Full rate only while somebody is there; otherwise just often enough that the
first viewer's rates do not span an age.
"""

from __future__ import annotations

import threading
from typing import Any, Final

from dockmon.domain.host import HostSample
from dockmon.ports import Clock, HostProbe, Publisher
from dockmon.services.supervisor import Supervisor

METRICS: Final = "/metrics"
IDLE_INTERVAL_SECONDS: Final = 15.0


def host_room(engine: str) -> str:
    """Name the room of those who want the metrics of an engine's host."""
    return f"host.{engine}"


class HostSampler:
    """The latest reading of the machine, which every local engine shares."""

    def __init__(
        self,
        probe: HostProbe,
        publisher: Publisher,
        supervisor: Supervisor,
        clock: Clock,
        interval_seconds: float,
        engines: dict[str, bool],
    ) -> None:
        self._probe = probe
        self._publisher = publisher
        self._supervisor = supervisor
        self._clock = clock
        self._interval_seconds = interval_seconds
        self._engines = engines  # name -> whether it runs on this machine
        self._wake = threading.Event()
        self._reading = threading.Lock()
        self._sample: HostSample | None = None
        self._sampled_at: float | None = None  # Unix seconds
        self._sampled_monotonic = -1e9

    def start(self) -> None:
        """Start sampling."""
        self._supervisor.keep("host metrics", self._tick)

    def wake(self) -> None:
        """Somebody has come to watch: do not let them wait for the idle interval."""
        self._wake.set()

    def payload(self, engine: str) -> dict[str, Any]:
        """Return a `metrics` payload; `host` is None for an engine elsewhere.

        Reads anew when the last reading is older than the interval.
        """
        self._read_if_older_than(self._interval_seconds)
        return self._payload(engine)

    def _tick(self) -> None:
        self._read_if_older_than(self._interval_seconds / 2)
        watched = [one for one in self._engines if self._is_watched(one)]
        for engine in watched:
            self._publisher.publish(METRICS, host_room(engine), "metrics", self._payload(engine))
        if watched:
            self._supervisor.wait(self._interval_seconds)
        else:
            self._wake.wait(max(self._interval_seconds, IDLE_INTERVAL_SECONDS))
            self._wake.clear()

    def _is_watched(self, engine: str) -> bool:
        return self._publisher.has_listeners(METRICS, host_room(engine))

    def _read_if_older_than(self, seconds: float) -> None:
        """Read the machine, unless it was read just now.

        Rates over a few milliseconds are noise: a busy machine would look idle.
        """
        with self._reading:
            if self._clock.monotonic() - self._sampled_monotonic <= seconds:
                return
            self._sample = self._probe.read()
            self._sampled_at = self._clock.time()
            self._sampled_monotonic = self._clock.monotonic()

    def _payload(self, engine: str) -> dict[str, Any]:
        local = self._engines[engine] and self._sample is not None
        return {
            "engine": engine,
            "host": self._sample.as_message() if local and self._sample else None,
            "timestamp": self._sampled_at,
        }
