"""Read the machine every so often, and tell whoever watches.

Full rate only while somebody is there; `services/paces` knows who and when.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from dockmon.domain.host import HostSample
from dockmon.ports import Clock, HostProbe, Publisher
from dockmon.services.paces import Paces
from dockmon.services.supervisor import Supervisor

METRICS: Final = "/metrics"


def host_room(engine: str, step_seconds: float) -> str:
    """Name the room of those who want the metrics of an engine's host at this step."""
    return f"host.{engine}.{step_seconds:g}"


@dataclass(slots=True)
class _Reading:
    """What one step was told last. It has a probe of its own: rates are since its last turn."""

    probe: HostProbe
    lock: threading.Lock = field(default_factory=threading.Lock)
    sample: HostSample | None = None
    at: float | None = None  # Unix seconds
    monotonic: float = -1e9


class HostSampler:
    """The latest readings of the machine, which every local engine shares."""

    def __init__(
        self,
        make_probe: Callable[[], HostProbe],
        publisher: Publisher,
        supervisor: Supervisor,
        clock: Clock,
        interval_seconds: float,
        engines: dict[str, bool],
    ) -> None:
        self._make_probe = make_probe
        self._publisher = publisher
        self._supervisor = supervisor
        self._clock = clock
        self.interval_seconds = interval_seconds
        self._engines = engines  # name -> whether it runs on this machine
        self._paces = Paces(clock, interval_seconds, self._is_watched)
        self._readings = {interval_seconds: _Reading(make_probe())}  # by step

    def start(self) -> None:
        """Start sampling."""
        self._supervisor.keep("host metrics", self._tick)

    def stop(self) -> None:
        """End the wait that is under way."""
        self._paces.wake()

    def want(self, step_seconds: float) -> None:
        """Somebody has come to watch at this step."""
        self._paces.want(step_seconds)

    def payload(self, engine: str) -> dict[str, Any]:
        """Return a `metrics` payload; `host` is None for an engine elsewhere.

        Reads anew when the last reading is older than the interval.
        """
        return self._payload(engine, self._read(self.interval_seconds, self.interval_seconds))

    def _tick(self) -> None:
        due = self._paces.due()
        for step in due:
            begun = self._clock.monotonic()
            reading = self._turn(step)
            self._paces.told(step, begun)
            for engine in self._engines:
                room = host_room(engine, step)
                if self._publisher.has_listeners(METRICS, room):
                    self._publisher.publish(
                        METRICS, room, "metrics", self._payload(engine, reading)
                    )
        self._drop_unwatched()
        self._paces.wait()

    def _turn(self, step: float) -> _Reading:
        """Return what a step is told now."""
        is_first = step not in self._readings
        reading = self._read(step, step / 2)
        # Its own rates begin only here; the usual ones are no gap.
        return self._read(self.interval_seconds, self.interval_seconds) if is_first else reading

    def _is_watched(self, step: float) -> bool:
        rooms = (host_room(engine, step) for engine in self._engines)
        return any(self._publisher.has_listeners(METRICS, room) for room in rooms)

    def _drop_unwatched(self) -> None:
        for step in list(self._readings):
            if step != self.interval_seconds and not self._is_watched(step):
                self._readings.pop(step, None)

    def _read(self, step: float, older_than_seconds: float) -> _Reading:
        """Read the machine for a step, unless that was done just now.

        Rates over a few milliseconds are noise: a busy machine would look idle.
        """
        reading = self._readings.get(step)
        if reading is None:
            reading = self._readings.setdefault(step, _Reading(self._make_probe()))
        with reading.lock:
            if self._clock.monotonic() - reading.monotonic > older_than_seconds:
                reading.sample = reading.probe.read()
                reading.at = self._clock.time()
                reading.monotonic = self._clock.monotonic()
        return reading

    def _payload(self, engine: str, reading: _Reading) -> dict[str, Any]:
        local = self._engines[engine] and reading.sample is not None
        return {
            "engine": engine,
            "host": reading.sample.as_message() if local and reading.sample else None,
            "timestamp": reading.at,
        }
