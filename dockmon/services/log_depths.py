"""How far from its end a moment of a log was found: a reader asks for the one before it next."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Final

_REMEMBERED: Final = 1_000
# No log has so many entries.
_MOST_ENTRIES: Final = 2**31

Log = tuple[str, str]  # engine, container id


class LogDepths:
    """Remembers, of each log, the last moment and how many entries at least are behind it.

    A log only grows: what was that far from its end then is no nearer now, and
    neither is an earlier moment. Should a log have been cut short meanwhile, a
    search that begins here finds too much, and nothing is missed. Every reader
    uses the same one, from a task of its own.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._logs: OrderedDict[Log, tuple[int, int]] = OrderedDict()

    def note(self, log: Log, until_ns: int, entries: int) -> None:
        """Remember that at least so many entries are behind a moment."""
        with self._lock:
            self._logs[log] = until_ns, entries
            self._logs.move_to_end(log)
            while len(self._logs) > _REMEMBERED:
                self._logs.popitem(last=False)

    def behind(self, log: Log, until_ns: int) -> int:
        """Return how many entries are behind a moment for certain."""
        with self._lock:
            noted_ns, entries = self._logs.get(log, (0, 0))
        return entries if until_ns <= noted_ns else 0


def entries_behind(
    reaches: Callable[[int | None], bool], known: int, first: int, step: int
) -> tuple[int, int] | None:
    """Find how many entries are behind a moment: (at least, at most), not more than `step` apart.

    reaches: whether something before the moment is among so many of the last
    entries; costs little, because an engine finds a tail without reading what is
    in it, and ends its answer at the moment. known: so many are behind it for
    certain. Returns None where nothing is before it.
    """
    low, high = known, known + 2 * step if known else first
    is_there = False
    while not reaches(high):
        if high >= step and not is_there:
            is_there = reaches(None)
            if not is_there:
                return None
        if high > _MOST_ENTRIES:
            return None
        low, high = high, high + max(4 * (high - low), step)
    while high - low > step:
        middle = (low + high) // 2
        low, high = (low, middle) if reaches(middle) else (middle, high)
    return low, high
