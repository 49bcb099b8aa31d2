"""Read the machine dockmon runs on, with psutil.

The arithmetic of rates is small enough to live here; what is done with a reading
is the work of `services/host_sampler`.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import psutil

from dockmon.domain.host import Disk, HostSample
from dockmon.ports import Clock, Tasks

# File systems that only look like one: they have no disk of their own to fill.
_UNREAL: Final = frozenset({"squashfs", "overlay", "tmpfs", "devtmpfs", "ramfs", "iso9660", "nsfs"})
_VIRTUAL_NICS: Final = ("lo", "veth", "docker", "br-", "virbr", "cni", "flannel", "cali", "podman")
_DISKS_EVERY_SECONDS: Final = 30.0


class Disks:
    """The machine's disks, looked at now and then beside everything else.

    One for all probes: asking a hung network mount can take for ever, and every probe
    that asked would take one of the few places for blocking work with it.
    """

    def __init__(self, clock: Clock, tasks: Tasks) -> None:
        self._clock = clock
        self._tasks = tasks
        self._lock = threading.Lock()
        self._known: tuple[Disk, ...] = ()
        self._is_looking = False
        self._looked_at = -1e9

    def known(self) -> tuple[Disk, ...]:
        """Return what was last seen of them; have them looked at when that is long ago."""
        now = self._clock.monotonic()
        with self._lock:
            is_due = not self._is_looking and now - self._looked_at >= _DISKS_EVERY_SECONDS
            if is_due:
                self._is_looking, self._looked_at = True, now
        if is_due:
            self._tasks.spawn(self._look, name="disks")
        return self._known

    def _look(self) -> None:
        try:
            self._known = self._tasks.run_blocking(_real_disks)
        finally:
            self._is_looking = False


class PsutilHostProbe:
    """The port `HostProbe` on this machine.

    nics: where the system has a folder for each network interface.
    """

    def __init__(self, clock: Clock, disks: Disks, nics: str = "/sys/class/net") -> None:
        self._clock = clock
        self._disks = disks
        self._nics = nics
        self._cores: list[tuple[float, float]] | None = None  # per core: (busy, total) seconds
        self._network: tuple[float, int, int] | None = None  # (at, rx bytes, tx bytes)

    def read(self) -> HostSample:
        per_core = self._per_core()
        memory = psutil.virtual_memory()
        swap = _swap()
        rx, tx = self._network_rates()
        return HostSample(
            cpu_percent=round(sum(per_core) / len(per_core), 1) if per_core else None,
            cpu_percent_per_core=per_core,
            cpu_count=psutil.cpu_count() or 1,
            load_average=_load_average(),
            memory_used_bytes=memory.total - memory.available,
            memory_total_bytes=memory.total,
            swap_used_bytes=swap[0],
            swap_total_bytes=swap[1],
            disks=self._disks.known(),
            network_rx_bytes_per_second=rx,
            network_tx_bytes_per_second=tx,
            uptime_seconds=max(0.0, self._clock.time() - psutil.boot_time()),
        )

    def _per_core(self) -> tuple[float, ...] | None:
        now = [_busy_and_total(times) for times in psutil.cpu_times(percpu=True)]
        before, self._cores = self._cores, now
        if before is None or len(before) != len(now):
            return None
        pairs = list(zip(before, now, strict=True))
        if any(then[1] < was[1] for was, then in pairs):
            return None  # a core was taken away and put back: it counts anew
        return tuple(_percent(was, then) for was, then in pairs)

    def _network_rates(self) -> tuple[float | None, float | None]:
        at = self._clock.monotonic()
        counters = psutil.net_io_counters(pernic=True, nowrap=False)
        real = [counters[name] for name in self._real_nics(counters)]
        rx, tx = sum(c.bytes_recv for c in real), sum(c.bytes_sent for c in real)
        before, self._network = self._network, (at, rx, tx)
        if before is None or at <= before[0] or rx < before[1] or tx < before[2]:
            return None, None
        seconds = at - before[0]
        return (rx - before[1]) / seconds, (tx - before[2]) / seconds

    def _real_nics(self, names: Iterable[str]) -> list[str]:
        """Return the interfaces with a device behind them, if any has one.

        What passes a bridge, a bond, a VLAN or a tunnel passes the device below it, too,
        and would be counted twice. In a container no interface has a device.
        """
        outer = [name for name in names if not name.startswith(_VIRTUAL_NICS)]
        return [name for name in outer if Path(self._nics, name, "device").exists()] or outer


def _busy_and_total(times: object) -> tuple[float, float]:
    parts = times._asdict()  # type: ignore[attr-defined]
    # guest time is contained in user time already.
    total = sum(value for name, value in parts.items() if not name.startswith("guest"))
    return total - parts["idle"] - parts.get("iowait", 0.0), total


def _percent(before: tuple[float, float], now: tuple[float, float]) -> float:
    total = now[1] - before[1]
    if total == 0:
        return 0.0
    return round(min(100.0, max(0.0, 100.0 * (now[0] - before[0]) / total)), 1)


def _swap() -> tuple[int | None, int | None]:
    try:
        swap = psutil.swap_memory()
    except (OSError, RuntimeError):
        return None, None
    return swap.used, swap.total


def _load_average() -> tuple[float, float, float] | None:
    try:
        one, five, fifteen = os.getloadavg()
    except (AttributeError, OSError):
        return None
    return round(one, 2), round(five, 2), round(fifteen, 2)


def _real_disks() -> tuple[Disk, ...]:
    disks: dict[str, Disk] = {}
    for partition in psutil.disk_partitions(all=False):
        # A container sees single files of its host mounted, each as if it were a disk.
        is_folder = os.path.isdir(partition.mountpoint)
        if partition.fstype in _UNREAL or partition.device in disks or not is_folder:
            continue
        try:
            usage = psutil.disk_usage(partition.mountpoint)
        except OSError:
            continue
        if usage.total:
            disks[partition.device] = Disk(partition.mountpoint, usage.used, usage.total)
    return tuple(disks.values())
