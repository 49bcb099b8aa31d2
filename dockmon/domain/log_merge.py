"""Several logs as one, by time where that is possible.

Pure: lines and the time are put in, lines come out. Within one log its own order
is kept, whatever its timestamps say: cursors depend on that.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Final

from dockmon.domain.logs import LogLine

WINDOW_SECONDS: Final = 0.15
STARVING_SECONDS: Final = 1.0


@dataclass(slots=True)
class _Log:
    """One log. lines: (line, when it was put in). quiet_since: when it last had one."""

    lines: deque[tuple[LogLine, float]] = field(default_factory=deque)
    quiet_since: float = 0.0
    is_live: bool = False
    has_ended: bool = False


class LogMerge:
    """Takes lines of several logs and gives them back as one.

    A log that is read from its past is waited for: its next line is on the way.
    A live one may stay silent for ever, so after `window_seconds` without a line
    it holds up nobody.
    """

    def __init__(self, logs: int, window_seconds: float = WINDOW_SECONDS) -> None:
        self._logs = [_Log() for _ in range(logs)]
        self._window_seconds = window_seconds

    def put(self, log: int, line: LogLine, now: float) -> None:
        """Add the next line of a log."""
        self._logs[log].lines.append((line, now))

    def live(self, log: int, now: float) -> None:
        """Note that a log has no past left: from here on it may be silent."""
        self._logs[log].is_live = True
        self._logs[log].quiet_since = now

    def end(self, log: int) -> None:
        """Note that no more will come of a log."""
        self._logs[log].has_ended = True

    def head(self, log: int) -> LogLine | None:
        """Return the next line of a log without taking it."""
        lines = self._logs[log].lines
        return lines[0][0] if lines else None

    def is_drained(self, log: int) -> bool:
        """Say whether a log has ended and all of it was taken."""
        return self._logs[log].has_ended and not self._logs[log].lines

    def take(self, now: float) -> tuple[int, LogLine] | None:
        """Return the next line and the log it is of, None if it is too early to say."""
        chosen = self._choose(now)
        if chosen is None:
            return None
        log = self._logs[chosen]
        line, _ = log.lines.popleft()
        log.quiet_since = now
        return chosen, line

    def due(self, now: float) -> float | None:
        """Return in how many seconds `take` has something if nothing is put in, None for never."""
        if not any(log.lines for log in self._logs) or self._is_waiting_for_past():
            return None
        moments = [log.quiet_since for log in self._logs if not log.lines and not log.has_ended]
        settled_at = max(moments, default=now)
        oldest_at = min(log.lines[0][1] for log in self._logs if log.lines)
        return max(min(settled_at, oldest_at) + self._window_seconds - now, 0.0)

    def _choose(self, now: float) -> int | None:
        if len(self._logs) == 1:
            return 0 if self._logs[0].lines else None
        ready = [number for number, log in enumerate(self._logs) if log.lines]
        if not ready or (len(ready) < len(self._logs) and self._must_wait(ready, now)):
            return None
        by_time = min(ready, key=lambda number: self._logs[number].lines[0][0].at_ns)
        if not any(log.is_live and not log.has_ended for log in self._logs):
            return by_time
        # A log that brings old lines faster than they are read would hold up the
        # others for as long as it does.
        longest = min(ready, key=lambda number: self._logs[number].lines[0][1])
        return longest if now - self._logs[longest].lines[0][1] >= STARVING_SECONDS else by_time

    def _must_wait(self, ready: list[int], now: float) -> bool:
        if self._is_waiting_for_past():
            return True
        settled_before = now - self._window_seconds
        if any(self._logs[number].lines[0][1] <= settled_before for number in ready):
            return False
        silent = (log for log in self._logs if not log.lines and not log.has_ended)
        return any(log.quiet_since > settled_before for log in silent)

    def _is_waiting_for_past(self) -> bool:
        return any(not log.lines and not log.has_ended and not log.is_live for log in self._logs)
