"""How the machine under dockmon is doing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Disk:
    """A real file system of the machine."""

    mount: str
    used_bytes: int
    total_bytes: int


@dataclass(frozen=True, slots=True)
class HostSample:
    """One reading of the machine; None means not known (yet).

    cpu_percent: 0 to 100 of the whole machine. cpu_percent_per_core: 0 to 100
    each. load_average: 1, 5 and 15 minutes.
    """

    cpu_percent: float | None
    cpu_percent_per_core: tuple[float, ...] | None
    cpu_count: int
    load_average: tuple[float, float, float] | None
    memory_used_bytes: int
    memory_total_bytes: int
    swap_used_bytes: int | None
    swap_total_bytes: int | None
    disks: tuple[Disk, ...]
    network_rx_bytes_per_second: float | None
    network_tx_bytes_per_second: float | None
    uptime_seconds: float

    def as_message(self) -> dict[str, Any]:
        """Return the wire form."""
        return {
            "cpu_percent": self.cpu_percent,
            "cpu_percent_per_core": self.cpu_percent_per_core,
            "cpu_count": self.cpu_count,
            "load_average": self.load_average,
            "memory_used_bytes": self.memory_used_bytes,
            "memory_total_bytes": self.memory_total_bytes,
            "swap_used_bytes": self.swap_used_bytes,
            "swap_total_bytes": self.swap_total_bytes,
            "disks": [
                {"mount": d.mount, "used_bytes": d.used_bytes, "total_bytes": d.total_bytes}
                for d in self.disks
            ],
            "network_rx_bytes_per_second": self.network_rx_bytes_per_second,
            "network_tx_bytes_per_second": self.network_tx_bytes_per_second,
            "uptime_seconds": self.uptime_seconds,
        }
