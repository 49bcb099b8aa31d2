"""Which kind of cgroup tree lies below a folder, and which of its files count what.

Where in it a container is, `cgroup_places` finds.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final, Literal, NamedTuple

from dockmon.probes.cgroup_parse import Usage, usage_v1, usage_v2

Version = Literal["v1", "v2", "hybrid"]
Source = tuple[str, tuple[str, ...]]
"""A controller, and the names its file may have: the first that exists is read."""

# The recursive count is the same for a container without cgroups of its own, where
# Docker reads the plain one, and includes what happens in them where it has some.
V1_FILES: Final[tuple[Source, ...]] = (
    ("cpuacct", ("cpuacct.usage",)),
    ("cpu", ("cpu.stat",)),
    ("memory", ("memory.usage_in_bytes",)),
    ("memory", ("memory.stat",)),
    ("pids", ("pids.current",)),
    ("blkio", ("blkio.throttle.io_service_bytes_recursive", "blkio.throttle.io_service_bytes")),
    ("blkio", ("blkio.io_service_bytes_recursive",)),
)
# v2 has one hierarchy for all controllers; it is written as the controller "".
V2_FILES: Final[tuple[Source, ...]] = (
    ("", ("cpu.stat",)),
    ("", ("memory.current",)),
    ("", ("memory.stat",)),
    ("", ("pids.current",)),
    ("", ("io.stat",)),
)
_V1_LIMIT: Final[Source] = ("memory", ("memory.limit_in_bytes",))
_V2_LIMIT: Final[Source] = ("", ("memory.max",))
_CONTROLLERS: Final = ("memory", "cpuacct", "cpu", "pids", "blkio")


class Layout(NamedTuple):
    """A cgroup tree. folders: where each controller's hierarchy begins."""

    version: Version
    folders: Mapping[str, str]
    files: tuple[Source, ...]
    limit: Source
    parse: Callable[[Sequence[bytes | None]], Usage]

    @property
    def base(self) -> str:
        """Where places are looked for: the others of v1 have the same ones."""
        return next(iter(self.folders.values()))


def layout_of(root: Path) -> Layout | None:
    """Return what lies below the folder, None when it is no cgroup tree."""
    if (root / "cgroup.controllers").exists():
        return Layout("v2", {"": str(root)}, V2_FILES, _V2_LIMIT, usage_v2)
    folders = _controllers(root)
    if not folders:
        return None
    is_hybrid = (root / "unified" / "cgroup.controllers").exists()
    return Layout("hybrid" if is_hybrid else "v1", folders, V1_FILES, _V1_LIMIT, usage_v1)


def _controllers(root: Path) -> dict[str, str]:
    """Return the folder of every v1 controller, the one for finding places first."""
    found: dict[str, str] = {}
    try:
        entries = sorted(os.scandir(root), key=lambda entry: entry.name)
    except OSError:
        return {}
    for entry in entries:
        # One hierarchy may have several controllers, named in any order.
        for name in entry.name.split(","):
            if name in _CONTROLLERS and entry.is_dir():
                found.setdefault(name, entry.path)
    return {name: found[name] for name in _CONTROLLERS if name in found}
