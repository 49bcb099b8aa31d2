"""Where in a log a line stands, as a text that clients hand back to go on after it.

A cursor carries a place in every log that was being read with it, so a merged
log goes on exactly, too. What it cannot know: lines that an engine stamps more
than a second before an earlier one (its clock was set back) are not found again.
"""

from __future__ import annotations

import base64
import re
import struct
from collections.abc import Mapping
from hashlib import blake2b
from typing import Final, Literal, NamedTuple
from zlib import crc32

from dockmon.domain.errors import InvalidRequest
from dockmon.domain.logs import LogLine, StreamName

# A log is not sorted: stdout and stderr are stamped by two tasks and written by
# whichever comes first. Measured on dockerd 20.10: up to 0.1 ms out of order.
DISORDER_SECONDS: Final = 1
_DISORDER_NS: Final = DISORDER_SECONDS * 1_000_000_000
_HELD_LINES: Final = 1_024

Side = Literal["after", "at", "from"]


class Place(NamedTuple):
    """A place in one log: after a line, at it, or (side "from") at a moment."""

    at_ns: int
    stream: StreamName = "stdout"
    digest: int = 0
    nth: int = 0
    side: Side = "from"

    def is_line(self, line: LogLine) -> bool:
        """Say whether this is the place of that line."""
        return self[:4] == line[:4] and self.side != "from"


def after(line: LogLine) -> Place:
    """Return the place behind a line."""
    return Place(line.at_ns, line.stream, line.digest, line.nth, "after")


def before(line: LogLine) -> Place:
    """Return the place in front of a line."""
    return Place(line.at_ns, line.stream, line.digest, line.nth, "at")


Key = bytes
Cursor = Mapping[Key, Place]

_KEY_BYTES: Final = 5
_ENTRY: Final = struct.Struct(">5sQIHB")  # key, at_ns, digest, nth, stream and side
_VERSION: Final = b"\x01"
_CHECK_BYTES: Final = 4
_MAX_PLACES: Final = 64
_STREAMS: Final[tuple[StreamName, ...]] = ("stdout", "stderr")
_SIDES: Final[tuple[Side, ...]] = ("after", "at", "from")
_MOST_TWINS: Final = 2**16 - 1
_TEXT: Final = re.compile(r"c[A-Za-z0-9_-]{1,2048}", re.ASCII)


def key_of(engine: str, container_id: str) -> Key:
    """Return the name of a container inside a cursor."""
    return blake2b(f"{engine}/{container_id}".encode(), digest_size=_KEY_BYTES).digest()


def pack(key: Key, place: Place) -> bytes:
    """Return one container's part of a cursor."""
    flags = _STREAMS.index(place.stream) | _SIDES.index(place.side) << 1
    return _ENTRY.pack(key, place.at_ns, place.digest, min(place.nth, _MOST_TWINS), flags)


def join(parts: list[bytes]) -> str:
    """Return the cursor made of these parts, safe in a URL as it is."""
    body = _VERSION + b"".join(parts)
    whole = body + crc32(body).to_bytes(_CHECK_BYTES)
    return "c" + base64.urlsafe_b64encode(whole).rstrip(b"=").decode("ascii")


def looks_like_cursor(text: str) -> bool:
    """Say whether this was meant to be a cursor and not a time."""
    return text.startswith("c")


def parse(text: str) -> Cursor:
    """Return the places a cursor holds.

    Raises: request.invalid.
    """
    try:
        return _parse(text)
    except (ValueError, IndexError) as fault:
        raise InvalidRequest(fields={"since": ["is not a cursor of a log line"]}) from fault


def _parse(text: str) -> Cursor:
    if not _TEXT.fullmatch(text):
        raise ValueError(text)
    encoded = text[1:]
    whole = base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4))
    body, check = whole[:-_CHECK_BYTES], whole[-_CHECK_BYTES:]
    count, odd_bytes = divmod(len(body) - len(_VERSION), _ENTRY.size)
    if body[:1] != _VERSION or crc32(body).to_bytes(_CHECK_BYTES) != check:
        raise ValueError("not of ours")
    if odd_bytes or not 0 < count <= _MAX_PLACES:
        raise ValueError("not whole")
    return dict(_place(part) for part in _ENTRY.iter_unpack(body[1:]))


def _place(part: tuple[bytes, int, int, int, int]) -> tuple[Key, Place]:
    key, at_ns, digest, nth, flags = part
    if at_ns >= 2**63:
        raise ValueError("no such time")
    return key, Place(at_ns, _STREAMS[flags & 1], digest, nth, _SIDES[flags >> 1])


class Seek:
    """Finds a line again in a log read from a little before it, and lets pass what follows.

    The order of the log decides, not that of its timestamps. Lines that may stand
    on either side are held until the line is found, or until it is certain that
    it is gone (the log was rotated); then everything newer passes.
    """

    def __init__(self, place: Place) -> None:
        self._place = place
        self._held: list[LogLine] = []
        self._has_begun = False
        self.is_done = place.side == "from"
        self.began_too_late = False

    def take(self, line: LogLine) -> list[LogLine]:
        """Return what may pass now that the log has gone on by this line."""
        if self.is_done:
            return [line]
        if not self._has_begun:
            self._has_begun = True
            # A reading that was cut short by `tail` may have missed the line.
            self.began_too_late = line.at_ns > self._place.at_ns
        if self._place.is_line(line):
            self.is_done = True
            self._held.clear()
            return [] if self._place.side == "after" else [line]
        if line.at_ns < self._place.at_ns:
            return []
        self._held.append(line)
        return self.give_up() if self._is_gone(line) else []

    def _is_gone(self, line: LogLine) -> bool:
        later_ns = line.at_ns - self._place.at_ns
        # One stream by itself is in order.
        is_past = later_ns > 0 and line.stream == self._place.stream
        return is_past or later_ns > _DISORDER_NS or len(self._held) >= _HELD_LINES

    @property
    def is_holding(self) -> bool:
        """Whether lines wait for a decision."""
        return bool(self._held)

    def give_up(self) -> list[LogLine]:
        """Take the line for gone, nothing more coming; return what was held."""
        self.is_done = True
        held, self._held = self._held, []
        return held
