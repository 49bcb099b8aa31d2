"""Which container dockmon itself runs in, read from what the kernel tells every process of itself.

Counterpart: `services/actions`, which does not end that one by accident. How others'
containers are found, `cgroup_places` knows.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

_ID: Final = re.compile(r"[0-9a-f]{64}")
# What an engine keeps beside a container's data and mounts into it; Podman: in `userdata`.
_MOUNTED: Final = re.compile(
    r"containers/([0-9a-f]{64})/(?:userdata/)?(?:hostname|hosts|resolv\.conf)"
)
_MOUNTED_AT: Final = ("/etc/hostname", "/etc/hosts", "/etc/resolv.conf")
_ROOT, _MOUNT_POINT = 3, 4  # fields of a line of mountinfo, as proc(5) has them


def own_container(
    cgroup: Path = Path("/proc/self/cgroup"), mountinfo: Path = Path("/proc/self/mountinfo")
) -> str | None:
    """Return the full id, None when it runs in no container or cannot tell."""
    return _by_cgroup(_lines(cgroup)) or _by_mounts(_lines(mountinfo))


def _by_cgroup(lines: list[str]) -> str | None:
    """Return the id in the path of a cgroup: the innermost, in Docker in Docker.

    A cgroup namespace of its own hides it: the path is then "/".
    """
    for line in lines:
        ids = _ID.findall(line.split(":", 2)[-1])
        if ids:
            return str(ids[-1])
    return None


def _by_mounts(lines: list[str]) -> str | None:
    for line in lines:
        fields = line.split(" ")
        if len(fields) <= _MOUNT_POINT or fields[_MOUNT_POINT] not in _MOUNTED_AT:
            continue
        match = _MOUNTED.search(fields[_ROOT])
        if match:
            return match[1]
    return None


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []  # not a Linux, or not allowed
