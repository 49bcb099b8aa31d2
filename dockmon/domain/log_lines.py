"""Make lines of the bytes of a log, however the engine and the network cut them.

Pure: pieces go in, lines come out. The pieces come from `ports.RawLogStream`.
"""

from __future__ import annotations

import codecs
from typing import Final
from zlib import crc32

from dockmon.domain.logs import LONGEST_STAMP_BYTES, LogLine, StreamName, read_stamp

MAX_LINE_BYTES: Final = 64 * 1024

# dockerd cuts what has no newline into entries of this size, each with a
# timestamp of its own. Source: moby daemon/logger/copier.go (defaultBufSize).
ENTRY_BYTES: Final = 16 * 1024

_TWINS_REMEMBERED: Final = 10_000


class LineAssembler:
    """Makes lines of the pieces that `ports.RawLogStream` yields.

    Holds at most one unfinished line per stream, of which it keeps only what
    will be shown: a line of any length passes through 64 KiB.
    """

    def __init__(
        self, max_line_bytes: int = MAX_LINE_BYTES, entry_bytes: int = ENTRY_BYTES
    ) -> None:
        self._frames: dict[StreamName, _FrameLines] = {}
        self._terminal = _TerminalLines(max_line_bytes, entry_bytes)
        self._max_line_bytes = max_line_bytes
        self._full_entry_bytes = entry_bytes

    def feed(self, stream: StreamName | None, data: bytes) -> list[LogLine]:
        """Return the lines that are complete with this piece.

        stream: None for the bytes of a terminal, cut anywhere.
        """
        if stream is None:
            return self._terminal.feed(data)
        lines = self._frames.get(stream)
        if lines is None:
            lines = _FrameLines(stream, self._max_line_bytes, self._full_entry_bytes)
            self._frames[stream] = lines
        return lines.feed(data)

    def finish(self) -> list[LogLine]:
        """Return what is left when a stream has ended: lines without a line end."""
        left = self._terminal.finish()
        for lines in self._frames.values():
            left += lines.finish()
        return sorted(left, key=lambda line: line.at_ns)

    @property
    def entries(self) -> int:
        """How many entries of the engine's log were seen, which is what its `tail` counts."""
        return self._terminal.entries + sum(one.entries for one in self._frames.values())


class _OpenLine:
    """The unfinished line of one stream, and the numbering of its finished ones."""

    def __init__(self, stream: StreamName, max_bytes: int) -> None:
        self._stream = stream
        self._max_bytes = max_bytes
        self._shown = bytearray()
        self._twins: dict[int, int] = {}  # digest -> how many so far, all of them at _twins_at_ns
        self._twins_at_ns = -1
        self.at_ns = 0
        self.digest = 0
        self.length_bytes = 0
        self.is_open = False

    def begin(self, at_ns: int | None) -> None:
        """Open a line; one without a timestamp belongs with the line before it."""
        if at_ns is not None:
            self.at_ns = at_ns
        self.digest = self.length_bytes = 0
        self.is_open = True
        self._shown.clear()

    def add(self, payload: bytes) -> None:
        self.digest = crc32(payload, self.digest)
        self.length_bytes += len(payload)
        room_bytes = self._max_bytes - len(self._shown)
        if room_bytes > 0:
            self._shown += payload[:room_bytes]

    def end(self, is_terminal: bool = False) -> LogLine:
        self.is_open = False
        if is_terminal and self._shown.endswith(b"\r") and len(self._shown) == self.length_bytes:
            del self._shown[-1]
            self.length_bytes -= 1
        return self.number(self.at_ns, self.digest, self._text())

    def number(self, at_ns: int, digest: int, text: str) -> LogLine:
        """Make the line. Only the last entry is in the digest: when `tail` cuts a long
        line in two, its second half is still known as that line."""
        if at_ns != self._twins_at_ns:
            self._twins_at_ns = at_ns
            self._twins = {digest: 1}
            return LogLine(at_ns, self._stream, digest, 0, text)
        nth = self._twins.get(digest, 0)
        # An engine without a clock must not make this grow without end.
        if nth or len(self._twins) < _TWINS_REMEMBERED:
            self._twins[digest] = nth + 1
        return LogLine(at_ns, self._stream, digest, nth, text)

    def _text(self) -> str:
        if self.length_bytes <= len(self._shown):
            return self._shown.decode("utf-8", "replace")
        # A character that the cut goes through is cut as a whole.
        decoder = codecs.getincrementaldecoder("utf-8")("replace")
        text = decoder.decode(bytes(self._shown))
        shown_bytes = len(self._shown) - len(decoder.getstate()[0])
        return f"{text}… ({self.length_bytes - shown_bytes:,} bytes cut)"


class _FrameLines:
    """Lines of one stream of a container without a terminal: every piece is an entry.

    A newline is never part of a longer UTF-8 sequence, so decoding a whole line at
    its end is what an incremental decoder per stream would give.
    """

    def __init__(self, stream: StreamName, max_line_bytes: int, full_entry_bytes: int) -> None:
        self._line = _OpenLine(stream, max_line_bytes)
        self._max_line_bytes = max_line_bytes
        self._full_entry_bytes = full_entry_bytes
        self._entry_at_ns = 0
        self._entry_bytes = 0
        self.entries = 0

    def feed(self, data: bytes) -> list[LogLine]:
        self.entries += 1
        found = read_stamp(data, 0)
        at_ns, start = found if found else (None, 0)
        line = self._line
        is_one_line = data.find(b"\n", start) == len(data) - 1 and not line.is_open
        if not is_one_line or len(data) > self._max_line_bytes:
            return self._feed_slowly(at_ns, data[start:])
        if at_ns is not None:
            line.at_ns = at_ns
        payload = data[start:-1]
        return [line.number(line.at_ns, crc32(payload), payload.decode("utf-8", "replace"))]

    def _feed_slowly(self, at_ns: int | None, body: bytes) -> list[LogLine]:
        lines = []
        if self._line.is_open and not self._continues(at_ns):
            lines.append(self._line.end())
        *complete, rest = body.split(b"\n")
        for payload in complete:
            self._add(at_ns, payload)
            lines.append(self._line.end())
        if rest:
            self._add(at_ns, rest)
            self._entry_at_ns = self._line.at_ns if at_ns is None else at_ns
            self._entry_bytes = len(rest)
        return lines

    def _continues(self, at_ns: int | None) -> bool:
        """Say whether an entry goes on with the line before it, which has no end.

        It may also be the last word of a container's life, and this entry the
        first of its next one: then it is short, and from another moment.
        """
        return at_ns in (None, self._entry_at_ns) or self._entry_bytes >= self._full_entry_bytes

    def _add(self, at_ns: int | None, payload: bytes) -> None:
        if not self._line.is_open:
            self._line.begin(at_ns)
        self._line.digest = 0
        self._line.add(payload)

    def finish(self) -> list[LogLine]:
        return [self._line.end()] if self._line.is_open else []


class _TerminalLines:
    """Lines of a container with a terminal: its entries come as one run of bytes.

    A timestamp stands at the start of every entry, so within a line it can only
    be looked for where dockerd cuts: anywhere else it is the container's own text.
    """

    def __init__(self, max_line_bytes: int, full_entry_bytes: int) -> None:
        self._line = _OpenLine("stdout", max_line_bytes)
        self._full_entry_bytes = full_entry_bytes
        self._rest = b""
        self._is_entry_due = True
        self._entry_bytes = 0
        self.entries = 0

    def feed(self, data: bytes) -> list[LogLine]:
        data = self._rest + data if self._rest else data
        lines: list[LogLine] = []
        at = 0
        while at < len(data):
            if self._is_entry_due:
                begun_at = self._begin_entry(data, at)
                if begun_at is None:
                    break
                at = begun_at
            at = self._take(data, at, lines)
        self._rest = data[at:]
        return lines

    def _begin_entry(self, data: bytes, at: int) -> int | None:
        """Return where the entry's payload begins, None if that cannot be told yet."""
        found = read_stamp(data, at)
        if found is None:
            head = data[at : at + LONGEST_STAMP_BYTES]
            if len(head) < LONGEST_STAMP_BYTES and b" " not in head and b"\n" not in head:
                return None
        at_ns, start = found if found else (None, at)
        if self._line.is_open:
            self._line.digest = 0
        else:
            self._line.begin(at_ns)
        self.entries += 1
        self._is_entry_due = False
        self._entry_bytes = 0
        return start

    def _take(self, data: bytes, at: int, lines: list[LogLine]) -> int:
        """Take what belongs to this line and entry; return where that ends."""
        limit = min(len(data), at + self._full_entry_bytes - self._entry_bytes)
        newline = data.find(b"\n", at, limit)
        if newline >= 0:
            self._line.add(data[at:newline])
            lines.append(self._line.end(is_terminal=True))
            self._is_entry_due = True
            return newline + 1
        self._line.add(data[at:limit])
        self._entry_bytes += limit - at
        self._is_entry_due = self._entry_bytes >= self._full_entry_bytes
        return limit

    def finish(self) -> list[LogLine]:
        if self._rest and not self._line.is_open:
            self._line.begin(None)
        self._line.add(self._rest)
        self._rest = b""
        has_text = self._line.is_open and self._line.length_bytes
        return [self._line.end()] if has_text else []
