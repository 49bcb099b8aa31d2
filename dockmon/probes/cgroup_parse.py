"""From the text of the kernel's files to numbers, as `docker stats` counts them.

Each function takes what was read (None: unreadable) and returns None for what makes
no sense; who reads is `cgroup_files`. Bytes are searched, not split: a sweep parses
seven files for every container.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

_READ_V1: Final = re.compile(rb" Read (\d+)\n")
_WRITE_V1: Final = re.compile(rb" Write (\d+)\n")
_READ_V2: Final = re.compile(rb" rbytes=(\d+)")
_WRITE_V2: Final = re.compile(rb" wbytes=(\d+)")
# name: bytes and seven more columns received, then bytes sent.
_INTERFACE: Final = re.compile(rb"\n *(?!lo:)[^:\s]+: *(\d+)(?: +\d+){7} +(\d+)")
_MEMORY_TOTAL: Final = re.compile(rb"^MemTotal: +(\d+) kB", re.MULTILINE)
_NETWORK_HEAD: Final = b"|bytes"
_DEVICES_ONLY: Final = b"0123456789: \n"


class Usage(NamedTuple):
    """What a container's cgroup says of it. The fields mean what `Counters` says."""

    cpu_seconds: float | None
    periods: int | None
    throttled_periods: int | None
    memory_bytes: int | None
    pids: int | None
    block_read_bytes: int | None
    block_write_bytes: int | None


def usage_v1(files: Sequence[bytes | None]) -> Usage:
    """Return what the files of `cgroup_layout.V1_FILES`, in their order, say."""
    cpu, limit, memory, cache, pids, block, block_by_scheduler, *_ = files
    nanoseconds = number(cpu)
    return Usage(
        None if nanoseconds is None else nanoseconds / 1e9,
        field(limit, b"nr_periods "),
        field(limit, b"nr_throttled "),
        held_memory(memory, cache),
        number(pids),
        *block_v1(block, block_by_scheduler),
    )


def usage_v2(files: Sequence[bytes | None]) -> Usage:
    """Return what the files of `cgroup_layout.V2_FILES`, in their order, say."""
    cpu, memory, cache, pids, block, *_ = files
    microseconds = field(cpu, b"usage_usec ")
    return Usage(
        None if microseconds is None else microseconds / 1e6,
        field(cpu, b"\nnr_periods "),
        field(cpu, b"\nnr_throttled "),
        held_memory(memory, cache),
        number(pids),
        *block_v2(block),
    )


def number(text: bytes | None) -> int | None:
    """Return the number that is all there is."""
    if text is None:
        return None
    try:
        return int(text)
    except ValueError:
        return None


def field(text: bytes | None, key: bytes) -> int | None:
    """Return the number between the key and the end of its line."""
    if text is None:
        return None
    start = text.find(key)
    if start < 0:
        return None
    start += len(key)
    end = text.find(b"\n", start)
    return number(text[start:end] if end >= 0 else text[start:])


def held_memory(usage: bytes | None, stat: bytes | None) -> int | None:
    """Return the memory in use without the inactive file cache.

    The order of the keys, and taking off only what is smaller than the whole, are
    those of the docker command: any other choice differs from it somewhere.
    """
    used = number(usage)
    if used is None:
        return None
    total = field(stat, b"\ntotal_inactive_file ")
    if total is not None and total < used:
        return used - total
    own = field(stat, b"\ninactive_file ")
    if own is None:
        return None
    return used - own if own < used else used


def limit_bytes(text: bytes | None, host_bytes: int | None) -> int | None:
    """Return the memory limit; a machine's whole memory where there is none.

    v1 says "none" with a number beyond any memory, so without the machine's size a
    limit cannot be told from none.
    """
    if text is None or host_bytes is None:
        return None
    if text.startswith(b"max"):
        return host_bytes
    limit = number(text)
    return None if limit is None else min(limit, host_bytes)


def memory_total(meminfo: bytes | None) -> int | None:
    """Return how much memory the machine has."""
    kilobytes = _MEMORY_TOTAL.search(meminfo or b"")
    return int(kilobytes[1]) * 1024 if kilobytes else None


def block_v1(plain: bytes | None, by_scheduler: bytes | None) -> tuple[int | None, int | None]:
    """Return bytes read and written, all devices together.

    Kernels before 5.0 count once more where the CFQ scheduler is in use, and there
    Docker takes that count.
    """
    if by_scheduler is not None and b":" in by_scheduler:
        plain = by_scheduler
    if plain is None or (plain and b"Total " not in plain):
        return None, None
    return _sum(_READ_V1, plain), _sum(_WRITE_V1, plain)


def block_v2(text: bytes | None) -> tuple[int | None, int | None]:
    """Return bytes read and written, all devices together; an empty file is none yet."""
    if text is None:
        return None, None
    # Some kernels name devices without a word about them.
    if b" rbytes=" not in text and text.strip(_DEVICES_ONLY):
        return None, None
    return _sum(_READ_V2, text), _sum(_WRITE_V2, text)


def network(text: bytes | None) -> tuple[int | None, int | None]:
    """Return bytes received and sent over every interface but the loopback."""
    if text is None or _NETWORK_HEAD not in text:
        return None, None
    received = sent = 0
    for rx, tx in _INTERFACE.findall(text):
        received += int(rx)
        sent += int(tx)
    return received, sent


def _sum(pattern: re.Pattern[bytes], text: bytes) -> int:
    return sum(map(int, pattern.findall(text)))
