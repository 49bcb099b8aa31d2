"""The last lines of a log that is read through, as many as somebody wants."""

from __future__ import annotations

from collections import deque
from typing import Final

from dockmon.domain.logs import LogLine

KEPT_BYTES: Final = 32 * 1024 * 1024


class LastLines:
    """The last lines of many, bounded in number and in bytes."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._bytes = 0
        self.lines: deque[LogLine] = deque()

    @property
    def is_full(self) -> bool:
        return len(self.lines) == self._count or self._bytes > KEPT_BYTES // 2

    def add(self, lines: list[LogLine]) -> None:
        for line in lines:
            self.lines.append(line)
            self._bytes += len(line.text)
            while len(self.lines) > self._count or self._bytes > KEPT_BYTES:
                self._bytes -= len(self.lines.popleft().text)
