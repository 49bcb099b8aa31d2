"""Logs of containers: what is asked of an engine, and what a line is.

`log_lines` makes lines of an engine's bytes, `log_cursor` says where in a log one
stands, `log_merge` makes one log of several; `services/log_source` reads.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final, Literal, NamedTuple

StreamName = Literal["stdout", "stderr"]

_LATEST_NS: Final = 2**63 - 1


@dataclass(frozen=True, slots=True)
class LogQuery:
    """Which lines of one container to read.

    tail: the last so many, None for all. since, until: Unix seconds on the
    engine's clock, both included. streams: which of stdout and stderr.
    """

    tail: int | None = 100
    since: float | None = None
    until: float | None = None
    follow: bool = False
    stdout: bool = True
    stderr: bool = True


class LogLine(NamedTuple):
    """One line of a log. A tuple, because a busy log makes 100,000 of them a second.

    at_ns: nanoseconds since the epoch on the engine's clock. digest and nth tell
    lines of the same stream and moment apart: a checksum of the line's last
    entry, and how many equal ones came before it. text: without its line end.
    """

    at_ns: int
    stream: StreamName
    digest: int
    nth: int
    text: str


_STAMP = re.compile(
    rb"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(?:Z|([+-])(\d\d):(\d\d)) ", re.ASCII
)
LONGEST_STAMP_BYTES: Final = 36
_UNIX_SECONDS: Final = re.compile(r"([0-9]{1,10})(?:\.([0-9]{1,9}))?", re.ASCII)


@lru_cache(maxsize=64)
def _seconds(date_and_time: bytes) -> int | None:
    try:
        moment = datetime.fromisoformat(date_and_time.decode("ascii"))
        return int(moment.replace(tzinfo=UTC).timestamp())
    except ValueError:
        return None


def read_stamp(data: bytes, start: int) -> tuple[int, int] | None:
    """Return (nanoseconds since the epoch, where the rest begins), None without a timestamp.

    What lies outside of what a cursor can hold is moved to its edge.
    """
    match = _STAMP.match(data, start)
    seconds = _seconds(match[1]) if match else None
    if match is None or seconds is None:
        return None
    if match[3]:
        offset_seconds = int(match[4]) * 3600 + int(match[5]) * 60
        seconds -= offset_seconds if match[3] == b"+" else -offset_seconds
    at_ns = seconds * 1_000_000_000 + int((match[2] or b"").ljust(9, b"0"))
    return min(max(at_ns, 0), _LATEST_NS), match.end()


def parse_moment(text: str) -> int:
    """Return nanoseconds since the epoch for Unix seconds or an RFC 3339 time.

    Raises: ValueError.
    """
    if match := _UNIX_SECONDS.fullmatch(text):
        return int(match[1]) * 1_000_000_000 + int((match[2] or "").ljust(9, "0"))
    # A plus sign that was not escaped in a URL arrives as a space.
    found = read_stamp(text.upper().replace(" ", "+").encode() + b" ", 0)
    if found is None or found[1] != len(text) + 1:
        raise ValueError("is neither Unix seconds nor an RFC 3339 time")
    return found[0]


def rfc3339(at_ns: int) -> str:
    """Return a moment as dockerd writes it: UTC, with nine digits."""
    seconds, nanoseconds = divmod(at_ns, 1_000_000_000)
    return f"{_date_and_time(seconds)}.{nanoseconds:09d}Z"


@lru_cache(maxsize=64)
def _date_and_time(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S")
