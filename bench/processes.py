"""What the kernel says of a process: time on a core, memory."""

from __future__ import annotations

import os
import platform
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

_KIB_PER_MB = 1_000_000 / 1024


def cpu_seconds(pid: int) -> float:
    """Return the user and system time a process has had, all its threads together.

    To the nanosecond, where /proc counts in steps of 10 ms. The number is how Linux names
    the clock of another process.
    """
    return time.clock_gettime(~pid << 3 | 2)


def pin(pid: int, core: int) -> None:
    """Keep a process, and every thread it has, on one core; new threads inherit it."""
    for thread in Path(f"/proc/{pid}/task").iterdir():
        with suppress(ProcessLookupError):
            os.sched_setaffinity(int(thread.name), {core})


def family(pid: int) -> list[int]:
    """Return a process and all its descendants."""
    children: dict[int, list[int]] = {}
    for stat in _stats():
        children.setdefault(int(stat[1]), []).append(int(stat[0]))
    found = [pid]
    for one in found:
        found += children.get(one, [])
    return found


def pids_naming(text: str) -> list[int]:
    """Return the processes with this text in their command line, this one left out."""
    found = []
    for pid in (int(stat[0]) for stat in _stats()):
        with suppress(OSError):
            if text.encode() in Path(f"/proc/{pid}/cmdline").read_bytes() and pid != os.getpid():
                found.append(pid)
    return found


def _stats() -> list[tuple[str, str]]:
    """Return (pid, parent's pid) of every process there is."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            after_name = (folder / "stat").read_text().rpartition(")")[2].split()
            found.append((folder.name, after_name[1]))
    return found


def memory_mb(pid: int) -> dict[str, float]:
    """Return `rss`, and `pss`, which counts a page that n processes share as a part of n."""
    found = {}
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        name, _, rest = line.partition(":")
        if name in ("Rss", "Pss"):
            found[name.lower()] = round(int(rest.split()[0]) / _KIB_PER_MB, 2)
    return found


def machine() -> dict[str, Any]:
    """Return what a reader has to know of the machine to judge a number."""
    return {
        "cores": os.cpu_count(),
        "memory_mb": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e6),
        "kernel": platform.release(),
        "python": platform.python_version(),
        "load_average": os.getloadavg(),
    }
