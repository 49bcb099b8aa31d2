"""At which steps somebody listens, and whose turn it is: the clockwork of both samplers.

The rules of steps and turns are `domain/pace`.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Final

from dockmon.domain.pace import is_due, seconds_until_due
from dockmon.ports import Clock

# With nobody there, just often enough that the first viewer's rates do not span an age.
IDLE_INTERVAL_SECONDS: Final = 15.0


class Paces:
    """The steps of one sampler. One task calls `due` and `wait`, any may call the rest."""

    def __init__(
        self, clock: Clock, usual_seconds: float, is_watched: Callable[[float], bool]
    ) -> None:
        self._clock = clock
        self._usual_seconds = usual_seconds
        self._idle_seconds = max(usual_seconds, IDLE_INTERVAL_SECONDS)
        self._is_watched = is_watched
        self._last: dict[float, float] = {usual_seconds: -1e9}  # step -> its last turn
        self._wake = threading.Event()

    def want(self, step_seconds: float) -> None:
        """Somebody listens at this step now: do not let them wait for an idle turn."""
        self._last.setdefault(step_seconds, self._clock.monotonic())
        self._wake.set()

    def wake(self) -> None:
        """End the wait that is under way."""
        self._wake.set()

    def told(self, step_seconds: float, begun: float) -> None:
        """Note that this step has had its turn, begun at this monotonic time.

        Counted from its end, a turn that takes longer than a step would cost the next
        one, and an engine that answers after a second be told of every two.
        """
        self._last[step_seconds] = begun

    def due(self) -> list[float]:
        """Return the steps whose turn it is. A step nobody listens at any more is dropped."""
        now = self._clock.monotonic()
        due = []
        for step, last in list(self._last.items()):
            if self._is_watched(step):
                if is_due(step, last, now):
                    due.append(step)
            elif step != self._usual_seconds:
                del self._last[step]
                if self._is_watched(step):  # somebody has come in between
                    self.want(step)
            elif now - last >= self._idle_seconds:
                due.append(step)
        return due

    def wait(self) -> None:
        """Wait until somebody's turn, or until woken."""
        now = self._clock.monotonic()
        seconds = min(
            seconds_until_due(step, last, now)
            if self._is_watched(step)
            else max(0.0, self._idle_seconds - (now - last))
            for step, last in list(self._last.items())
        )
        self._wake.wait(seconds)
        self._wake.clear()
