"""Keep loops alive: the one place where any failure of a loop is caught.

Its counterpart is `Tasks`, which only starts things.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Final

from dockmon.ports import Clock, Tasks

log = logging.getLogger(__name__)

_PAUSE_AFTER_FAILURE_SECONDS: Final = 1.0
_REPEAT_LOG_SECONDS: Final = 600.0
_LONGEST_SLEEP_SECONDS: Final = 1.0


class Supervisor:
    """Runs loops until `stop()`, whatever happens inside them."""

    def __init__(self, tasks: Tasks, clock: Clock) -> None:
        self._tasks = tasks
        self._clock = clock
        self._stopping = threading.Event()
        self._beats: dict[str, tuple[float, float]] = {}  # name -> (last beat, allowed seconds)

    @property
    def stopping(self) -> bool:
        """Whether `stop()` was called."""
        return self._stopping.is_set()

    def wait(self, seconds: float) -> bool:
        """Wait, but not beyond `stop()`. Returns whether it is time to stop."""
        return self._stopping.wait(seconds)

    def keep(self, name: str, body: Callable[[], None]) -> None:
        """Run `body` again and again; it does its own waiting."""
        self._tasks.spawn(self._loop, name, body, 0.0, name=name)

    def every(self, name: str, interval_seconds: float, body: Callable[[], None]) -> None:
        """Run `body` every so often, counted from the end of one run to the next."""
        self._beats[name] = (self._clock.monotonic(), interval_seconds * 3 + 30)
        self._tasks.spawn(self._loop, name, body, interval_seconds, name=name)

    def stuck(self) -> list[str]:
        """Return the names of the periodic loops that have not come round for too long."""
        now = self._clock.monotonic()
        return [name for name, (beat, allowed) in self._beats.items() if now - beat > allowed]

    def stop(self) -> None:
        """Let every loop end at its next wait."""
        self._stopping.set()

    def _loop(self, name: str, body: Callable[[], None], interval_seconds: float) -> None:
        told_at: float | None = None
        while not self._stopping.is_set():
            pause = interval_seconds
            try:
                body()
            except Exception:
                pause = max(interval_seconds, _PAUSE_AFTER_FAILURE_SECONDS)
                now = self._clock.monotonic()
                if told_at is None or now - told_at > _REPEAT_LOG_SECONDS:
                    told_at = now
                    log.exception("loop %s failed, going on", name)
            else:
                told_at = None
            if name in self._beats:
                self._beats[name] = (self._clock.monotonic(), self._beats[name][1])
            self._pause(pause)

    def _pause(self, seconds: float) -> None:
        # To sleep costs half of what waiting for an event does, and two dozen loops pause
        # all day. The last of them ends a second later for it.
        if seconds > _LONGEST_SLEEP_SECONDS:
            self._stopping.wait(seconds)
        elif seconds:
            time.sleep(seconds)
