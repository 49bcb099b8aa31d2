"""cgroup trees for the tests of the probe: recorded ones, and ones made to order."""

from __future__ import annotations

import itertools
import shutil
from pathlib import Path
from typing import Any

from dockmon.domain.container import Container, Details
from dockmon.domain.stats import Counters
from dockmon.probes.cgroup import CgroupProbe
from dockmon.probes.cgroup_files import Allowance
from tests.kit.people import ManualClock

RECORDED = Path(__file__).parents[2] / "data" / "cgroup"
MEMINFO = "MemTotal:        8000000 kB\nMemFree:         1000000 kB\n"
NET_HEAD = (
    "Inter-|   Receive                                                |  Transmit\n"
    " face |bytes    packets errs drop fifo frame compressed multicast"
    "|bytes    packets errs drop fifo colls carrier compressed\n"
)
_numbers = itertools.count(1)


def an_id() -> str:
    """Return an id that no other container of the run has."""
    return f"{next(_numbers):064x}"


def container(container_id: str, pid: int | None = None, **details: Any) -> Container:
    """Return a running container with its own network."""
    told = Details(pid=pid, **{"has_own_network": True, **details})
    return Container("local", container_id, "web", "image", "running", 0.0, details=told)


def interface(name: str, received: int, sent: int) -> str:
    """Return one line of `/proc/net/dev`."""
    return f"{name:>6}: {received:7} 15 0 0 0 0 0 0 {sent:8} 4 0 0 0 0 0 0\n"


class Tree:
    """A cgroup tree below a folder, with its `/proc`. Made v2 unless it exists."""

    def __init__(self, root: Path) -> None:
        self.cgroup = root / "cgroup"
        self.proc = root / "proc"
        if not self.cgroup.exists():
            self.write("", {"cgroup.controllers": "cpu io memory pids\n"})
            self.proc.mkdir()
            (self.proc / "meminfo").write_text(MEMINFO)
        self.clock = ManualClock()

    def write(self, place: str, files: dict[str, str | bytes]) -> Path:
        """Write files of one cgroup."""
        folder = self.cgroup / place
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            (folder / name).write_bytes(text if isinstance(text, bytes) else text.encode())
        return folder

    def process(self, pid: int, cgroup: str, *interfaces: str) -> None:
        """Write what `/proc` says of a process."""
        folder = self.proc / str(pid)
        (folder / "net").mkdir(parents=True, exist_ok=True)
        (folder / "cgroup").write_text(cgroup)
        (folder / "net" / "dev").write_text(NET_HEAD + "".join(interfaces))

    def add(self, pid: int | None = None, place: str = "docker/{}") -> Container:
        """Add a container with plain numbers, and a process when there is a pid."""
        container_id = an_id()
        own = place.format(container_id)
        self.write(own, usual_files())
        if pid:
            self.process(pid, f"0::/{own}\n", interface("lo", 5, 5), interface("eth0", 1000, 500))
        return container(container_id, pid)

    def probe(self, allowance: Allowance | None = None) -> CgroupProbe:
        return CgroupProbe(self.cgroup, self.proc, self.clock, allowance or Allowance())


def usual_files(**changed: str) -> dict[str, str | bytes]:
    """Return the files of a v2 container; `cpu_stat` stands for `cpu.stat`."""
    files = {
        "cpu_stat": "usage_usec 2000000\nnr_periods 40\nnr_throttled 10\n",
        "memory_current": "50000000\n",
        "memory_stat": "anon 1\ninactive_file 20000000\nactive_file 5\n",
        "memory_max": "max\n",
        "pids_current": "7\n",
        "io_stat": "8:0 rbytes=300 wbytes=400 rios=1 wios=1 dbytes=0 dios=0\n",
    }
    return {name.replace("_", "."): text for name, text in {**files, **changed}.items()}


def recorded(name: str, root: Path) -> Tree:
    """Return a copy of a recorded tree."""
    shutil.copytree(RECORDED / name, root, symlinks=True, dirs_exist_ok=True)
    return Tree(root)


def read_one(probe: CgroupProbe, one: Container) -> Counters:
    """Return the counters of one container, which must be readable."""
    return probe.read([one])[one.id]
