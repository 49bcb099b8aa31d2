"""Which lines of a log somebody wants, and which of them match."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from dockmon.domain.log_cursor import Cursor, Place
from dockmon.domain.logs import LogLine, StreamName

DEFAULT_TAIL: Final = 100


@dataclass(frozen=True, slots=True)
class LogRequest:
    """Which lines somebody wants to read.

    tail: the last so many of those that match everything else, "all", or None
    where nothing was said. since: nanoseconds since the epoch, included, or a
    cursor, whose line is not. until_ns: included. text: what a line contains,
    casefolded.
    """

    tail: int | Literal["all"] | None = None
    since: int | Cursor | None = None
    until_ns: int | None = None
    follow: bool = False
    streams: tuple[StreamName, ...] = ("stdout", "stderr")
    text: str = ""

    def tail_from(self, place: Place | None) -> int | None:
        """Return how many lines to read of a log begun at this place, None for all."""
        if isinstance(self.tail, int):
            return self.tail
        is_open = place is None and self.until_ns is None
        return DEFAULT_TAIL if self.tail is None and is_open else None

    @property
    def is_choosy(self) -> bool:
        """Whether some of the entries that an engine's `tail` counts are not wanted."""
        return len(self.streams) < 2 or self.until_ns is not None or self.text != ""

    def wants(self, line: LogLine) -> bool:
        """Say whether a line matches."""
        return (
            line.stream in self.streams
            and (self.until_ns is None or line.at_ns <= self.until_ns)
            and (not self.text or self.text in line.text.casefold())
        )
