"""The machine as psutil tells it: rates between two readings, real disks and interfaces only.

psutil itself is replaced here. What it reads of a real machine is held in
`tests/integration/test_feed.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple

import psutil
import pytest

from dockmon.domain.host import Disk, HostSample
from dockmon.probes.host import Disks, PsutilHostProbe
from tests.kit.people import InlineTasks, ManualClock


class Times(NamedTuple):
    """One core's seconds since the start, as Linux has them."""

    user: float = 0.0
    system: float = 0.0
    idle: float = 0.0
    iowait: float = 0.0
    guest: float = 0.0


class Machine:
    """A machine of this test's making, and a probe that reads it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.clock = ManualClock()
        self.sys = folder / "sys"
        self.probe = PsutilHostProbe(self.clock, Disks(self.clock, InlineTasks()), str(self.sys))
        self.cores = [Times(), Times()]
        self.nics: dict[str, tuple[int, int]] = {}  # name -> (received, sent) bytes
        self.partitions: list[SimpleNamespace] = []
        self.full: dict[str, tuple[int, int]] = {}  # mount -> (used, total) bytes
        self.swap: SimpleNamespace | Exception = SimpleNamespace(used=3, total=9)
        self.times_disks_were_read = 0

    def read(self, after_seconds: float = 1.0) -> HostSample:
        self.clock.advance(after_seconds)
        return self.probe.read()

    def work(self, *cores: Times) -> None:
        """Let each core go on by these seconds."""
        spent = zip(self.cores, cores, strict=True)
        self.cores = [Times(*map(sum, zip(*pair, strict=True))) for pair in spent]

    def mount(
        self, name: str, device: str, fstype: str = "ext4", is_file: bool = False, total: int = 100
    ) -> str:
        at = self.folder / name
        at.touch() if is_file else at.mkdir()
        self.partitions.append(SimpleNamespace(device=device, mountpoint=str(at), fstype=fstype))
        self.full[str(at)] = (40, total)
        return str(at)

    def plug_in(self, nic: str) -> None:
        """Give an interface a device."""
        (self.sys / nic / "device").mkdir(parents=True)

    # ----- psutil's side

    def swap_memory(self) -> SimpleNamespace:
        if isinstance(self.swap, Exception):
            raise self.swap
        return self.swap

    def net_io_counters(self, pernic: bool, nowrap: bool) -> dict[str, SimpleNamespace]:
        assert (pernic, nowrap) == (True, False), "psutil would hide a counter that goes back"
        return {
            name: SimpleNamespace(bytes_recv=received, bytes_sent=sent)
            for name, (received, sent) in self.nics.items()
        }

    def disk_partitions(self, all: bool) -> list[SimpleNamespace]:
        self.times_disks_were_read += 1
        return self.partitions

    def disk_usage(self, mount: str) -> SimpleNamespace:
        if mount not in self.full:
            raise OSError("gone")
        used, total = self.full[mount]
        return SimpleNamespace(used=used, total=total)


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Machine:
    machine = Machine(tmp_path)
    memory = SimpleNamespace(total=1000, available=600, used=1)
    replaced = {
        "cpu_times": lambda percpu: machine.cores,
        "cpu_count": lambda: len(machine.cores),
        "virtual_memory": lambda: memory,
        "boot_time": lambda: machine.clock.time() - 500,
        "swap_memory": machine.swap_memory,
        "net_io_counters": machine.net_io_counters,
        "disk_partitions": machine.disk_partitions,
        "disk_usage": machine.disk_usage,
    }
    for name, function in replaced.items():
        monkeypatch.setattr(psutil, name, function)
    return machine


def rates(sample: HostSample) -> tuple[float | None, float | None]:
    return sample.network_rx_bytes_per_second, sample.network_tx_bytes_per_second


class TestProcessor:
    def test_the_first_reading_knows_no_rate(self, machine: Machine) -> None:
        sample = machine.read()
        assert (sample.cpu_percent, sample.cpu_percent_per_core) == (None, None)

    def test_it_is_told_per_core_and_of_the_whole_machine_from_0_to_100(
        self, machine: Machine
    ) -> None:
        machine.read()
        machine.work(Times(user=0.5, system=0.25, idle=0.25), Times(idle=1.0))
        sample = machine.read()
        assert sample.cpu_percent_per_core == (75.0, 0.0)
        assert sample.cpu_percent == 37.5
        machine.work(Times(user=1.0), Times(system=1.0))
        assert machine.read().cpu_percent == 100.0

    def test_waiting_for_a_disk_is_not_work(self, machine: Machine) -> None:
        machine.read()
        machine.work(Times(iowait=1.0), Times(user=0.5, iowait=0.5))
        assert machine.read().cpu_percent_per_core == (0.0, 50.0)

    def test_the_time_of_guests_is_not_counted_twice(self, machine: Machine) -> None:
        machine.read()
        machine.work(Times(user=0.5, guest=0.5, idle=0.5), Times(idle=1.0))
        assert machine.read().cpu_percent_per_core == (50.0, 0.0)

    def test_a_rate_spans_the_last_two_readings_only(self, machine: Machine) -> None:
        machine.read()
        machine.work(Times(user=9.0, idle=1.0), Times(user=9.0, idle=1.0))
        machine.read()
        machine.work(Times(user=1.0, idle=9.0), Times(user=1.0, idle=9.0))
        assert machine.read().cpu_percent == 10.0

    def test_iowait_that_shrinks_makes_no_more_than_100(self, machine: Machine) -> None:
        """The kernel does not promise that it only grows."""
        machine.read()
        machine.work(Times(user=1.0, iowait=-0.25), Times(user=-0.25, idle=1.0))
        assert machine.read().cpu_percent_per_core == (100.0, 0.0)

    def test_a_counter_that_goes_back_gives_a_gap(self, machine: Machine) -> None:
        machine.work(Times(user=5.0, idle=5.0), Times(user=5.0, idle=5.0))
        machine.read()
        machine.cores = [Times(user=1.0), Times(user=6.0, idle=5.0)]
        sample = machine.read()
        assert (sample.cpu_percent, sample.cpu_percent_per_core) == (None, None)
        machine.work(Times(user=1.0), Times(user=1.0))
        assert machine.read().cpu_percent == 100.0, "and only one"

    def test_another_number_of_cores_gives_a_gap(self, machine: Machine) -> None:
        machine.read()
        machine.cores.append(Times())
        sample = machine.read()
        assert (sample.cpu_percent, sample.cpu_percent_per_core) == (None, None)
        assert sample.cpu_count == 3
        machine.work(Times(user=1.0), Times(idle=1.0), Times(idle=1.0))
        assert machine.read().cpu_percent_per_core == (100.0, 0.0, 0.0)


class TestNetwork:
    def test_the_first_reading_knows_no_rate(self, machine: Machine) -> None:
        machine.nics = {"eth0": (100, 50)}
        assert rates(machine.read()) == (None, None)

    def test_rates_are_per_second_and_over_all_interfaces(self, machine: Machine) -> None:
        machine.nics = {"eth0": (100, 50), "wlan0": (10, 0)}
        machine.read()
        machine.nics = {"eth0": (500, 60), "wlan0": (210, 50)}
        assert rates(machine.read(after_seconds=4)) == (150.0, 15.0)

    def test_an_idle_network_is_zero_and_not_unknown(self, machine: Machine) -> None:
        machine.nics = {"eth0": (100, 50)}
        machine.read()
        assert rates(machine.read()) == (0.0, 0.0)

    @pytest.mark.parametrize("now", [(99, 60), (200, 49)])
    def test_a_counter_that_goes_back_gives_a_gap(
        self, machine: Machine, now: tuple[int, int]
    ) -> None:
        machine.nics = {"eth0": (100, 50)}
        machine.read()
        machine.nics = {"eth0": now}
        assert rates(machine.read()) == (None, None)
        machine.nics = {"eth0": (now[0] + 7, now[1] + 8)}
        assert rates(machine.read()) == (7.0, 8.0), "and only one"

    def test_an_interface_that_goes_away_gives_a_gap(self, machine: Machine) -> None:
        machine.nics = {"eth0": (100, 50), "usb0": (1000, 1000)}
        machine.read()
        machine.nics = {"eth0": (200, 90)}
        assert rates(machine.read()) == (None, None)

    def test_two_readings_at_one_moment_give_no_rate(self, machine: Machine) -> None:
        machine.nics = {"eth0": (100, 50)}
        machine.read()
        assert rates(machine.read(after_seconds=0)) == (None, None)

    @pytest.mark.parametrize(
        "name", ["lo", "veth1a2b3c4", "docker0", "br-0123456789ab", "virbr0", "cni0", "podman1"]
    )
    def test_what_passes_between_containers_is_not_the_machines(
        self, machine: Machine, name: str
    ) -> None:
        machine.nics = {"eth0": (0, 0), name: (0, 0)}
        machine.read()
        machine.nics = {"eth0": (5, 6), name: (1000, 1000)}
        assert rates(machine.read()) == (5.0, 6.0)

    @pytest.mark.parametrize("name", ["br0", "vmbr0", "bond0", "eth0.7", "wg0", "tun0"])
    def test_what_passes_a_device_below_is_not_counted_twice(
        self, machine: Machine, name: str
    ) -> None:
        machine.plug_in("eth0")
        machine.nics = {"eth0": (0, 0), name: (0, 0)}
        machine.read()
        machine.nics = {"eth0": (70, 80), name: (70, 80)}
        assert rates(machine.read()) == (70, 80)


class TestDisks:
    def test_they_are_told_with_what_is_used_of_them(self, machine: Machine) -> None:
        root, data = machine.mount("root", "/dev/sda1"), machine.mount("data", "/dev/sdb1", "xfs")
        assert machine.read().disks == (Disk(root, 40, 100), Disk(data, 40, 100))

    @pytest.mark.parametrize("fstype", ["squashfs", "overlay", "tmpfs", "devtmpfs", "iso9660"])
    def test_what_only_looks_like_a_disk_is_left_out(self, machine: Machine, fstype: str) -> None:
        root = machine.mount("root", "/dev/sda1")
        machine.mount("other", "/dev/loop0", fstype)
        assert [disk.mount for disk in machine.read().disks] == [root]

    def test_a_file_of_the_host_mounted_into_a_container_is_no_disk(self, machine: Machine) -> None:
        machine.mount("resolv.conf", "/dev/sda1", is_file=True)
        assert machine.read().disks == ()

    def test_a_file_mounted_first_does_not_hide_its_disk(self, machine: Machine) -> None:
        machine.mount("hosts", "/dev/sda1", is_file=True)
        data = machine.mount("data", "/dev/sda1")
        assert [disk.mount for disk in machine.read().disks] == [data]

    def test_a_disk_mounted_twice_is_told_once(self, machine: Machine) -> None:
        root = machine.mount("root", "/dev/sda1")
        machine.mount("again", "/dev/sda1")
        assert [disk.mount for disk in machine.read().disks] == [root]

    def test_one_that_cannot_be_asked_or_has_no_size_is_left_out(self, machine: Machine) -> None:
        gone = machine.mount("gone", "/dev/sda1")
        del machine.full[gone]
        machine.mount("empty", "/dev/sdb1", total=0)
        root = machine.mount("root", "/dev/sdc1")
        assert [disk.mount for disk in machine.read().disks] == [root]

    def test_they_are_asked_rarely_and_remembered_meanwhile(self, machine: Machine) -> None:
        machine.mount("root", "/dev/sda1")
        first = machine.read().disks
        assert machine.read(after_seconds=29).disks == first
        assert machine.times_disks_were_read == 1
        machine.mount("data", "/dev/sdb1")
        assert len(machine.read(after_seconds=1).disks) == 2
        assert machine.times_disks_were_read == 2


class Waiting:
    """Work that waits until a test lets it go on."""

    def __init__(self) -> None:
        self.spawned: list[Callable[[], None]] = []

    def spawn(self, work: Callable[..., None], *args: Any, name: str = "") -> None:
        self.spawned.append(work)

    def run_blocking(self, work: Callable[..., Any], *args: Any) -> Any:
        return work(*args)


def test_a_mount_that_hangs_holds_up_nobody_and_is_asked_once(machine: Machine) -> None:
    tasks = Waiting()
    disks = Disks(machine.clock, tasks)
    probes = [PsutilHostProbe(machine.clock, disks, str(machine.sys)) for _ in range(5)]
    for probe in probes:
        machine.clock.advance(60)
        assert probe.read().disks == ()
    assert len(tasks.spawned) == 1
    machine.mount("root", "/dev/vda")
    tasks.spawned[0]()
    assert [disk.used_bytes for disk in probes[0].read().disks] == [40]


class TestMemory:
    def test_used_is_what_is_not_available(self, machine: Machine) -> None:
        sample = machine.read()
        assert (sample.memory_used_bytes, sample.memory_total_bytes) == (400, 1000)

    def test_swap_is_told(self, machine: Machine) -> None:
        sample = machine.read()
        assert (sample.swap_used_bytes, sample.swap_total_bytes) == (3, 9)

    def test_a_machine_without_swap_has_none_of_it(self, machine: Machine) -> None:
        machine.swap = SimpleNamespace(used=0, total=0)
        sample = machine.read()
        assert (sample.swap_used_bytes, sample.swap_total_bytes) == (0, 0)

    @pytest.mark.parametrize("fault", [OSError("no /proc/vmstat"), RuntimeError("no sysctl")])
    def test_swap_that_cannot_be_read_is_unknown_and_costs_nothing_else(
        self, machine: Machine, fault: Exception
    ) -> None:
        machine.swap = fault
        sample = machine.read()
        assert (sample.swap_used_bytes, sample.swap_total_bytes) == (None, None)
        assert sample.memory_total_bytes == 1000


def test_uptime_counts_from_the_boot(machine: Machine) -> None:
    assert machine.read().uptime_seconds == 500


def test_a_clock_set_back_before_the_boot_makes_no_negative_uptime(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(psutil, "boot_time", lambda: machine.clock.time() + 60)
    assert machine.read().uptime_seconds == 0


def test_a_system_without_a_load_average_has_none(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr("os.getloadavg")
    assert machine.read().load_average is None
