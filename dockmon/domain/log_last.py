"""The last lines of a log that is read through, as many as somebody wants."""

from __future__ import annotations

from collections import deque
from typing import Final

from dockmon.domain.logs import LogLine

# For one reader, however many logs.
KEPT_BYTES: Final = 48 * 1024 * 1024
# What a line takes besides its text.
LINE_COST_BYTES: Final = 200


class LastLines:
    """The last lines of many, bounded in number and in bytes.

    has_more: whether there were more than wanted. is_cut: whether some that are
    wanted are missing, because they are too long to keep.
    """

    def __init__(self, count: int, kept_bytes: int = KEPT_BYTES) -> None:
        self._count = count
        self._kept_bytes = kept_bytes
        self._bytes = 0
        self.lines: deque[LogLine] = deque()
        self.has_more = False
        self.is_cut = False

    @property
    def is_full(self) -> bool:
        """Whether to look no further. Without more than wanted, the first line may be
        the second half of one."""
        return self.has_more or self._bytes > self._kept_bytes // 2

    def add(self, lines: list[LogLine]) -> None:
        for line in lines:
            self.lines.append(line)
            self._bytes += len(line.text) + LINE_COST_BYTES
            while len(self.lines) > self._count or self._bytes > self._kept_bytes:
                if len(self.lines) > self._count:
                    self.has_more = True
                else:
                    self.is_cut = True
                self._bytes -= len(self.lines.popleft().text) + LINE_COST_BYTES
