"""What containers of this machine have used, from the kernel's own files.

The counterpart for engines elsewhere is `engine_stats`; `choose` picks. Speed is the
point: a sweep reads seven files for each container, many times a minute, for ever.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from dockmon.domain.container import Container
from dockmon.domain.stats import Counters
from dockmon.ports import Clock
from dockmon.probes.cgroup_files import OF_THIS_PROCESS, Allowance, Files, Gone, read_file
from dockmon.probes.cgroup_layout import Source, Version, layout_of
from dockmon.probes.cgroup_parse import limit_bytes, memory_total, network
from dockmon.probes.cgroup_places import Places, is_id

# So many take about a millisecond, and no other task runs during it.
_AT_ONCE: Final = 32
_LIMITS_EVERY_SECONDS: Final = 5.0


class CgroupProbe:
    """The port `StatsProbe` for engines whose containers run on this machine.

    Reads nothing where `layout` is None. One container that cannot be read is missing
    from the answer, and one count that cannot be is None; neither raises.
    """

    source: str | None = "cgroup"

    def __init__(
        self,
        cgroup_root: Path,
        proc_root: Path,
        clock: Clock,
        allowance: Allowance = OF_THIS_PROCESS,
    ) -> None:
        self._root = cgroup_root
        self._proc_root = str(proc_root)
        self._clock = clock
        self._allowance = allowance
        self._layout = layout_of(cgroup_root)
        self._places = self._layout and Places(self._layout.base, self._proc_root, clock)
        self._followed: dict[str, _Followed] = {}
        self._is_closed = False
        # `forget` may come while a container is being read: its descriptors would be
        # closed under the reader, and their numbers be somebody's socket a moment later.
        # One lock for many containers, because one for each would be felt.
        self._lock = threading.Lock()
        self._limits_at = float("-inf")
        self._limits_read = 0
        self._host_bytes: int | None = None

    @property
    def layout(self) -> Version | None:
        """Which kind of cgroup tree lies below the root; None: none that can be read."""
        return self._layout.version if self._layout else None

    @property
    def reason(self) -> str | None:
        """Why from here or, where `layout` is None, why not."""
        if self._layout:
            version = self._layout.version
            words = "v1 (hybrid)" if version == "hybrid" else version
            return f"cgroup {words} below {self._root}"
        if not self._root.is_dir():
            return f"no folder {self._root}"
        return f"no cgroup tree below {self._root}"

    def read(self, containers: Sequence[Container]) -> dict[str, Counters]:
        self._let_limits_age()
        counters = self._read_each(containers)
        if self._places and len(counters) < len(containers):
            lost = {one.id for one in containers if one.id not in counters}
            found = self._places.search(lost)
            counters |= self._read_each([one for one in containers if one.id in found])
        self._let_go_of_others({one.id for one in containers})
        return counters

    def _read_each(self, containers: Sequence[Container]) -> dict[str, Counters]:
        counters = {}
        for start in range(0, len(containers), _AT_ONCE):
            with self._lock:
                for container in containers[start : start + _AT_ONCE]:
                    one = self._read_one(container)
                    if one is not None:
                        counters[container.id] = one
            time.sleep(0)
        return counters

    def _read_one(self, container: Container) -> Counters | None:
        details = container.details
        pid = details.pid if details else None
        has_own_network = details is not None and details.has_own_network is True
        followed = self._followed.get(container.id)
        if followed and followed.pid == pid and followed.has_own_network == has_own_network:
            try:
                return self._counters(followed)
            except Gone:
                pass  # started anew before anybody told
        self._let_go(container.id)
        try:
            followed = self._follow(container.id, pid, has_own_network)
            return self._counters(followed) if followed else None
        except Gone:
            self._let_go(container.id)
            return None

    def _counters(self, followed: _Followed) -> Counters:
        """Raises Gone."""
        assert self._layout
        at = self._clock.monotonic()
        texts = followed.files.read()
        cpu, periods, throttled, memory, pids, read, written = self._layout.parse(texts)
        if texts[0] is None:
            # The CPU's, which every cgroup has: it is gone, forbidden or, where the
            # controllers of v1 disagree on its place, elsewhere. The engine may know more.
            raise Gone
        if followed.limits_read != self._limits_read:
            followed.limits_read = self._limits_read
            followed.limit = limit_bytes(read_file(followed.limit_path), self._host_bytes)
        received, sent = network(texts[-1])
        limit = followed.limit
        return Counters(
            followed.life,
            at,
            *(cpu, periods, throttled, memory, limit, received, sent, read, written, pids),
        )

    def _follow(
        self, container_id: str, pid: int | None, has_own_network: bool
    ) -> _Followed | None:
        """Find a container and open its files. Raises Gone."""
        if self._is_closed or not self._layout or not self._places or not is_id(container_id):
            return None
        process = self._places.path_of_process(container_id, pid) if pid else None
        place = self._places.find(container_id, process)
        if place is None:
            return None
        paths = [self._path(source, place) for source in self._layout.files]
        has_network = has_own_network and process is not None
        paths.append(f"{self._proc_root}/{pid}/net/dev" if has_network else None)
        files = Files(f"{self._layout.base}/{place}", paths, self._allowance)
        followed = _Followed(pid, has_own_network, files, self._path(self._layout.limit, place))
        self._followed[container_id] = followed
        # Looked at again now that it is open: the number may have become another's between.
        if has_network and pid and not self._places.path_of_process(container_id, pid):
            raise Gone
        return followed

    def _path(self, source: Source, place: str) -> str | None:
        assert self._layout
        controller, names = source
        folder = self._layout.folders.get(controller)
        if folder is None:
            return None
        paths = [Path(folder, place, name) for name in names]
        # The last without a look: whether it is there shows when it is opened.
        return str(next((path for path in paths[:-1] if path.exists()), paths[-1]))

    def _let_limits_age(self) -> None:
        """Have limits read again now and then: `docker update` can change them."""
        now = self._clock.monotonic()
        if now - self._limits_at >= _LIMITS_EVERY_SECONDS:
            self._limits_at = now
            self._limits_read += 1
            self._host_bytes = memory_total(read_file(f"{self._proc_root}/meminfo"))

    def _let_go_of_others(self, container_ids: set[str]) -> None:
        # A container that ended during a reading may have been opened after `forget`.
        with self._lock:
            for container_id in self._followed.keys() - container_ids:
                self._let_go(container_id)

    def forget(self, container_ids: Iterable[str]) -> None:
        with self._lock:
            for container_id in container_ids:
                self._let_go(container_id)

    def _let_go(self, container_id: str) -> None:
        followed = self._followed.pop(container_id, None)
        if followed:
            followed.files.close()

    def close(self) -> None:
        with self._lock:
            self._is_closed = True
            for container_id in list(self._followed):
                self._let_go(container_id)


class _Followed:
    """One life of a container: where it is, and what is open of it."""

    __slots__ = ("files", "has_own_network", "life", "limit", "limit_path", "limits_read", "pid")

    def __init__(
        self, pid: int | None, has_own_network: bool, files: Files, limit_path: str | None
    ) -> None:
        self.pid = pid
        self.has_own_network = has_own_network
        self.files = files
        self.life = (files.inode, pid)
        self.limit_path = limit_path
        self.limit: int | None = None
        self.limits_read = 0
