"""Finding where in a cgroup tree a container is, whoever put it there.

Engines and their drivers choose the place: `docker/<id>`, `system.slice/docker-<id>.scope`,
`machine.slice/libpod-<id>.scope` and more, below any parent. The one thing they have in
common is the id in a folder's name. What is read there, `cgroup_files` does.
"""

from __future__ import annotations

import os
import re
import time
from collections import deque
from collections.abc import Iterable, Iterator
from typing import Final

from dockmon.ports import Clock

_ID: Final = re.compile(r"[0-9a-f]{64}")
# (before the id, after the id), below the hierarchy.
_USUAL: Final = (
    ("docker/", ""),
    ("system.slice/docker-", ".scope"),
    ("machine.slice/libpod-", ".scope"),
    ("libpod_parent/libpod-", ""),
)
_MOST_LEARNT: Final = 16
_MOST_FOLDERS: Final = 50_000
_FOLDERS_AT_ONCE: Final = 100
_SEARCH_EVERY_SECONDS: Final = 30.0
_MOST_BYTES: Final = 65_536


class Places:
    """Where containers are below one hierarchy, as paths relative to it.

    Not for several tasks at once.
    """

    def __init__(self, base: str, proc_root: str, clock: Clock) -> None:
        self._base = base
        self._proc_root = proc_root
        self._clock = clock
        self._patterns = list(_USUAL)
        self._searched_at = float("-inf")
        self._seen: dict[str, str] = {}

    def find(self, container_id: str, process: str | None) -> str | None:
        """Return the place, None when it is at none of those that come to mind.

        process: the path its process is known by (`path_of_process`).
        """
        tries = [f"{before}{container_id}{after}" for before, after in self._patterns]
        tries = [one for one in (process, self._seen.get(container_id)) if one] + tries
        for place in tries:
            if os.path.isdir(f"{self._base}/{place}"):
                self._learn(container_id, place)
                return place
        return None

    def path_of_process(self, container_id: str, pid: int) -> str | None:
        """Return the path the kernel knows a process by, up to the container's part.

        None when that process is not the container's: its number may be another's by
        now, or that of another machine or namespace.
        """
        for line in _text(f"{self._proc_root}/{pid}/cgroup").splitlines():
            place = _own_part(line.split(":", 2)[-1], container_id)
            if place is not None:
                return place
        return None

    def search(self, container_ids: Iterable[str]) -> set[str]:
        """Go through the tree for containers that `find` did not find.

        Returns those it will find now. Lets other tasks run meanwhile. Does nothing
        when the last search is recent: for the sake of one container that is nowhere
        the whole tree would be walked with every sweep.
        """
        wanted = set(container_ids)
        now = self._clock.monotonic()
        if not wanted or now - self._searched_at < _SEARCH_EVERY_SECONDS:
            return set()
        self._searched_at = now
        self._seen = {}
        for place, name in _walk(self._base):
            for container_id in wanted.intersection(_ID.findall(name)):
                if _is_own(name, container_id):
                    self._seen.setdefault(container_id, place)
            if len(self._seen) == len(wanted):
                break
        return set(self._seen)

    def _learn(self, container_id: str, place: str) -> None:
        before, _, after = place.rpartition(container_id)
        pattern = (before, after)
        if self._patterns[0] != pattern:
            known = [one for one in self._patterns if one != pattern]
            self._patterns = [pattern, *known][:_MOST_LEARNT]


def is_id(text: str) -> bool:
    """Whether it can be an engine's id: anything else could lead out of the tree."""
    return _ID.fullmatch(text) is not None


def _own_part(path: str, container_id: str) -> str | None:
    """Return the path up to its last folder that is this container's, without a lead-in.

    Its processes may be in cgroups below, and in Docker in Docker it lies below
    another container's. A reader in a cgroup namespace of its own is told paths that
    begin with "..": what follows may still be the place.
    """
    parts = [part for part in path.split("/") if part not in ("", "..")]
    for index in range(len(parts), 0, -1):
        if _is_own(parts[index - 1], container_id):
            return "/".join(parts[:index])
    return None


def _is_own(name: str, container_id: str) -> bool:
    # Podman's monitor of a container has a cgroup beside it, with the same id.
    return container_id in name and "conmon" not in name


def _walk(base: str) -> Iterator[tuple[str, str]]:
    """Yield (place, name) of every folder, the outer ones first, other tasks in between."""
    waiting = deque([""])
    for count in range(1, _MOST_FOLDERS):
        if not waiting:
            return
        folder = waiting.popleft()
        for name in _folders(f"{base}/{folder}"):
            waiting.append(f"{folder}{name}/")
            yield f"{folder}{name}", name
        if count % _FOLDERS_AT_ONCE == 0:
            time.sleep(0)


def _folders(path: str) -> list[str]:
    try:
        with os.scandir(path) as entries:
            return [one.name for one in entries if one.is_dir(follow_symlinks=False)]
    except OSError:
        return []  # gone meanwhile


def _text(path: str) -> str:
    try:
        with open(path, "rb") as file:  # noqa: PTH123 (a Path for each reading costs more than it)
            return file.read(_MOST_BYTES).decode(errors="replace")
    except OSError:
        return ""
