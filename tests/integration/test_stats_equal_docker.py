"""The numbers of the kernel's files are those of `docker stats` and of the engine's API.

Known loads in real containers. A comparison counts when nothing moved around it: the
probe reads before and after the engine is asked, and both readings agree.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from dockmon.domain.container import Container
from dockmon.domain.stats import Counters, Sample, sample
from dockmon.probes.cgroup import CgroupProbe
from dockmon.runtime import SystemClock
from tests.kit.dockerd import Engine
from tests.kit.waiting import eventually

KIB = 1024
UNITS = {"B": 1, "kB": 10**3, "MB": 10**6, "GB": 10**9} | {
    "KiB": KIB,
    "MiB": KIB**2,
    "GiB": KIB**3,
}
# The command shows three or four digits.
SIZE_DIGITS = 0.006
CPU_POINTS = 5
PATIENCE_SECONDS = 90
MEMORY_LIMIT = 256 << 20


@pytest.fixture
def probe() -> Iterator[CgroupProbe]:
    probe = CgroupProbe(Path("/sys/fs/cgroup"), Path("/proc"), SystemClock())
    assert probe.layout, probe.reason
    yield probe
    probe.close()


def run_until_ready(engine: Engine, name: str, script: str, **host: Any) -> Container:
    """Run a script, and return the container when it has come to its end, and waits."""
    command = f"{script}; echo ready; while true; do sleep 1000; done"
    container_id = engine.run(name, "sh", "-c", command, HostConfig=host)
    eventually(lambda: b"ready" in engine.api.logs(container_id), what=f"the load {name}")
    return seen(engine, container_id)


def seen(engine: Engine, container_id: str) -> Container:
    """Return a container as dockmon sees it."""
    client = engine.client()
    try:
        return client.container(container_id)
    finally:
        client.close()


def docker_stats(engine: Engine, container: Container) -> dict[str, Any]:
    """Return what the docker command shows, as numbers."""
    shown = subprocess.run(
        [
            *("docker", "-H", f"unix://{engine.socket}", "stats", "--no-stream"),
            *("--format", "{{json .}}", container.id),
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    row = json.loads(shown.stdout)
    sizes = {key: _sizes(row[key]) for key in ("MemUsage", "NetIO", "BlockIO")}
    return {"cpu": float(row["CPUPerc"].rstrip("%")), "pids": int(row["PIDs"]), **sizes}


def _sizes(text: str) -> list[float]:
    return [float(number) * UNITS[unit] for number, unit in re.findall(r"([\d.]+)(\w+)", text)]


def undisturbed(probe: CgroupProbe, container: Container, ask: Callable[[], Any]) -> Any:
    """Return what was asked, and the counters before and after, which are the same."""

    def attempt() -> Any:
        before = probe.read([container])[container.id]
        answer = ask()
        after = probe.read([container])[container.id]
        same = before._replace(at=0.0) == after._replace(at=0.0)
        return (answer, after) if same else None

    return eventually(attempt, timeout=PATIENCE_SECONDS, what="a moment without a change")


def told(engine: Engine, container: Container) -> dict[str, Any]:
    """Return what the API says."""
    return dict(engine.api.stats(container.id, stream=False))


def is_near(bytes_read: int, bytes_told: float) -> bool:
    return abs(bytes_read - bytes_told) <= max(64 * KIB, bytes_told / 100)


MEMORY_LOAD = (
    "x=$(head -c 20000000 /dev/zero | tr '\\0' x)"  # held by the shell
    "; head -c 30000000 /dev/zero > /inactive"
    "; head -c 10000000 /dev/zero > /active; cat /active /active /active > /dev/null"
    "; sync /inactive /active"
)


def test_memory_is_that_of_the_api_less_the_inactive_cache(engine: Engine, probe: CgroupProbe):
    one = run_until_ready(engine, "eater", MEMORY_LOAD, Memory=MEMORY_LIMIT)
    answer, counters = undisturbed(probe, one, lambda: told(engine, one))
    memory = answer["memory_stats"]
    keys = memory["stats"]
    cache = keys.get("total_inactive_file", keys["inactive_file"])
    assert cache > 20_000_000
    assert is_near(counters.memory_bytes, memory["usage"] - cache)
    assert counters.memory_bytes > 20_000_000
    assert counters.memory_limit_bytes == memory["limit"] == MEMORY_LIMIT


def test_memory_and_pids_are_what_the_command_shows(engine: Engine, probe: CgroupProbe):
    load = f"{MEMORY_LOAD}; for i in 1 2 3; do sleep 1000 & done"
    one = run_until_ready(engine, "eater", load, Memory=MEMORY_LIMIT)
    eventually(lambda: probe.read([one])[one.id].pids == 5, what="its five processes")
    shown, counters = undisturbed(probe, one, lambda: docker_stats(engine, one))
    used, limit = shown["MemUsage"]
    assert is_near(counters.memory_bytes, used)
    assert counters.memory_limit_bytes == limit
    assert counters.pids == shown["pids"] == 5


def test_without_a_limit_it_is_the_machines_memory(engine: Engine, probe: CgroupProbe):
    one = run_until_ready(engine, "free", "true")
    answer, counters = undisturbed(probe, one, lambda: told(engine, one))
    assert counters.memory_limit_bytes == answer["memory_stats"]["limit"]


def test_a_limit_that_is_updated_is_told(engine: Engine, probe: CgroupProbe):
    one = run_until_ready(engine, "updated", "true", Memory=MEMORY_LIMIT)

    def limit() -> int | None:
        return probe.read([one])[one.id].memory_limit_bytes

    assert limit() == MEMORY_LIMIT
    engine.api.update_container(one.id, mem_limit=MEMORY_LIMIT // 2, memswap_limit=MEMORY_LIMIT)
    eventually(lambda: limit() == MEMORY_LIMIT // 2, what="the new limit")


def test_cpu_is_within_five_points_of_what_the_command_shows(engine: Engine, probe: CgroupProbe):
    container_id = engine.run(
        "burner", "sh", "-c", "while :; do :; done", HostConfig={"NanoCpus": 500_000_000}
    )
    one = seen(engine, container_id)

    def both() -> tuple[float, Sample]:
        before = probe.read([one])[one.id]
        shown = docker_stats(engine, one)["cpu"]
        return shown, sample(before, probe.read([one])[one.id])

    def agree() -> Sample | None:
        # Where much else is going on, the command's second may not be like the others.
        shown, ours = both()
        assert ours.cpu_percent is not None
        return ours if abs(ours.cpu_percent - shown) <= CPU_POINTS else None

    ours = eventually(agree, timeout=PATIENCE_SECONDS, what="agreement on the CPU")
    assert ours.cpu_percent is not None and 5 < ours.cpu_percent < 60
    assert ours.cpu_throttled_percent is not None and ours.cpu_throttled_percent > 0


def test_cpu_seconds_and_throttling_are_counted_as_the_api_counts(
    engine: Engine, probe: CgroupProbe
):
    container_id = engine.run(
        "burner", "sh", "-c", "while :; do :; done", HostConfig={"NanoCpus": 300_000_000}
    )
    one = seen(engine, container_id)
    before = probe.read([one])[one.id]
    cpu = told(engine, one)["cpu_stats"]
    after = probe.read([one])[one.id]

    def lies_between(field: str, value: float) -> bool:
        return bool(getattr(before, field) <= value <= getattr(after, field))

    assert lies_between("cpu_seconds", cpu["cpu_usage"]["total_usage"] / 1e9)
    assert lies_between("periods", cpu["throttling_data"]["periods"])
    assert lies_between("throttled_periods", cpu["throttling_data"]["throttled_periods"])


def test_network_totals_are_those_of_the_api_and_the_command(
    bridged_engine: Engine, probe: CgroupProbe
):
    engine = bridged_engine
    page = "/bin/busybox"
    size = os.stat(os.path.realpath("/bin/busybox")).st_size
    server = engine.run("server", "httpd", "-f", "-h", "/", HostConfig={"NetworkMode": "default"})
    address = engine.inspect(server)["NetworkSettings"]["IPAddress"]
    fetch = f"until wget -q -O /dev/null http://{address}{page}; do sleep 0.1; done"
    one = run_until_ready(engine, "client", fetch, NetworkMode="default")
    for container in (one, seen(engine, server)):
        answer, counters = undisturbed(probe, container, lambda one=container: told(engine, one))
        networks = answer["networks"].values()
        assert counters.network_rx_bytes == sum(network["rx_bytes"] for network in networks)
        assert counters.network_tx_bytes == sum(network["tx_bytes"] for network in networks)
        assert counters.network_rx_bytes + counters.network_tx_bytes > size
        shown, counters = undisturbed(
            probe, container, lambda one=container: docker_stats(engine, one)
        )
        ours = [counters.network_rx_bytes, counters.network_tx_bytes]
        assert ours == pytest.approx(shown["NetIO"], rel=SIZE_DIGITS)


def test_block_io_totals_are_those_of_the_api_and_the_command(engine: Engine, probe: CgroupProbe):
    # Kernels count for v1 only once any rate of the device has a limit; this one limits nothing.
    limit = [{"Path": _disk_below(engine.root), "Rate": 10 << 30}]
    load = (
        "dd if=/dev/zero of=/a bs=64k count=100 oflag=direct"
        "; dd if=/a of=/dev/null bs=64k count=40 iflag=direct"
        "; dd if=/dev/zero of=/b bs=64k count=50 conv=fsync"
    )
    one = run_until_ready(engine, "disk", load, BlkioDeviceWriteBps=limit, BlkioDeviceReadBps=limit)
    answer, counters = undisturbed(probe, one, lambda: told(engine, one))
    rows = answer["blkio_stats"]["io_service_bytes_recursive"] or []
    totals = [
        sum(row["value"] for row in rows if row["op"].lower() == op) for op in ("read", "write")
    ]
    assert [counters.block_read_bytes, counters.block_write_bytes] == totals
    assert counters.block_read_bytes >= 40 * 64 * KIB
    assert counters.block_write_bytes >= 100 * 64 * KIB
    shown, counters = undisturbed(probe, one, lambda: docker_stats(engine, one))
    ours = [counters.block_read_bytes, counters.block_write_bytes]
    assert ours == pytest.approx(shown["BlockIO"], rel=SIZE_DIGITS)


def _disk_below(folder: Path) -> str:
    device = folder.stat().st_dev
    told = Path(f"/sys/dev/block/{os.major(device)}:{os.minor(device)}/uevent")
    if not told.exists():
        pytest.skip(f"{folder} is on no block device")
    return "/dev/" + re.findall(r"^DEVNAME=(.+)$", told.read_text(), re.MULTILINE)[0]


def test_a_container_on_the_hosts_network_has_no_traffic_of_its_own(
    engine: Engine, probe: CgroupProbe
):
    host = run_until_ready(engine, "host", "true", NetworkMode="host")
    joined = run_until_ready(engine, "joined", "true", NetworkMode=f"container:{host.id}")
    none = run_until_ready(engine, "none", "true", NetworkMode="none")
    read = probe.read([host, joined, none])
    traffic = {id_: (one.network_rx_bytes, one.network_tx_bytes) for id_, one in read.items()}
    assert traffic == {host.id: (None, None), joined.id: (None, None), none.id: (0, 0)}


def test_a_restart_is_a_new_life_even_before_anybody_says_so(engine: Engine, probe: CgroupProbe):
    one = run_until_ready(engine, "again", "true")
    before = probe.read([one])[one.id]
    engine.api.restart(one.id, timeout=0)
    stale = probe.read([one])[one.id]
    assert stale.life != before.life
    assert stale.network_rx_bytes is None  # the process it knows of is gone
    after = probe.read([seen(engine, one.id)])[one.id]
    assert after.life not in (before.life, stale.life)
    assert after.network_rx_bytes == 0
    assert sample(before, after).cpu_percent is None


def test_a_container_that_has_ended_is_missing(engine: Engine, probe: CgroupProbe):
    one, another = (run_until_ready(engine, name, "true") for name in ("ends", "stays"))
    assert set(probe.read([one, another])) == {one.id, another.id}
    engine.api.kill(one.id)
    eventually(lambda: set(probe.read([one, another])) == {another.id}, what="its absence")


def test_a_paused_container_is_read_and_stands_still(engine: Engine, probe: CgroupProbe):
    container_id = engine.run("paused", "sh", "-c", "while :; do :; done")
    one = seen(engine, container_id)
    engine.api.pause(container_id)
    _, counters = undisturbed(probe, one, lambda: None)
    assert counters.cpu_seconds is not None and counters.memory_bytes
    engine.api.unpause(container_id)


def test_podmans_containers_are_read(podman: Engine, probe: CgroupProbe):
    one = run_until_ready(podman, "pod", "for i in 1 2; do sleep 1000 & done")

    def settled() -> Counters | None:
        counters = probe.read([one]).get(one.id)
        return counters if counters and counters.pids == 4 else None

    counters = eventually(settled, what="the container's own processes, and no monitor's")
    assert counters.cpu_seconds is not None and counters.memory_bytes
