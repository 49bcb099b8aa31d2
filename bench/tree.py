"""Thousands of containers as a cgroup tree on tmpfs, given to dockmon as its root, once a second.

No machine here runs five thousand real ones. The files are those of the kernel in
form and size; that they never change costs nothing less to read and to send.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench.figures import Figure, Result, Scale
from bench.processes import cpu_seconds
from tests.kit.clients import METRICS, Client
from tests.kit.scripted import STREAM_HEAD, VERSION, ScriptedEngine, answer
from tests.kit.server import Server
from tests.kit.waiting import eventually

AIM_PERCENT = 50.0
_FIRST_PID = 100_000
_STAT = (
    "anon 21532672\nfile 8192000\nkernel 1277952\nkernel_stack 81920\npagetables 245760\n"
    "sec_pagetables 0\npercpu 5632\nsock 0\nvmalloc 0\nshmem 0\nzswap 0\nzswapped 0\n"
    "file_mapped 4177920\nfile_dirty 0\nfile_writeback 0\nswapcached 0\nanon_thp 0\nfile_thp 0\n"
    "shmem_thp 0\ninactive_anon 21491712\nactive_anon 8192\ninactive_file 5242880\n"
    "active_file 2949120\nunevictable 0\nslab_reclaimable 519720\nslab_unreclaimable 328152\n"
    "slab 847872\nworkingset_refault_anon 0\nworkingset_refault_file 0\npgfault 30132\n"
    "pgmajfault 41\npgrefill 0\npgscan 0\npgsteal 0\npgactivate 0\npgdeactivate 0\n"
)
_FILES = {
    "cpu.stat": "usage_usec 4823716\nuser_usec 3012345\nsystem_usec 1811371\nnr_periods 0\n"
    "nr_throttled 0\nthrottled_usec 0\nnr_bursts 0\nburst_usec 0\n",
    "memory.current": "31866880\n",
    "memory.max": "max\n",
    "memory.stat": _STAT,
    "pids.current": "7\n",
    "io.stat": "8:0 rbytes=14831616 wbytes=245760 rios=512 wios=60 dbytes=0 dios=0\n",
}
_NET_DEV = (
    "Inter-|   Receive                                                |  Transmit\n"
    " face |bytes    packets errs drop fifo frame compressed multicast"
    "|bytes    packets errs drop fifo colls carrier compressed\n"
    "    lo:       0       0    0    0    0     0          0         0"
    "        0       0    0    0    0     0       0          0\n"
    "  eth0: 1048576    1024    0    0    0     0          0         0"
    "   524288     800    0    0    0     0       0          0\n"
)


def run(scale: Scale) -> Result:
    """Let one viewer watch the tree once a second."""
    with tempfile.TemporaryDirectory(dir="/dev/shm") as name:
        folder = Path(name)
        ids = [f"{number:064x}" for number in range(scale.tree)]
        _grow(folder, ids)
        with (
            ScriptedEngine(_script(ids), folder / "engine.sock") as engine,
            _server(folder, engine.address) as server,
        ):
            return _watch(server, ids, scale)


def _watch(server: Server, ids: list[str], scale: Scale) -> Result:
    client = Client(server, namespaces=(METRICS,))
    try:
        asked = {"host": False}
        assert client.call("subscribe", asked, namespace=METRICS)["ok"]
        eventually(lambda: _all_known(client, len(ids)), timeout=240, what="rows of all")
        heard = len(client.payloads("container-stats", METRICS))
        begun, used = time.monotonic(), cpu_seconds(server.process.pid)
        time.sleep(scale.collect_seconds)
        passed = time.monotonic() - begun
        percent = 100 * (cpu_seconds(server.process.pid) - used) / passed
        told = len(client.payloads("container-stats", METRICS)) - heard
    finally:
        client.close()
    return Result(
        "tree",
        [
            Figure(f"{len(ids)} containers on tmpfs, of a core", percent, "%", AIM_PERCENT),
            Figure("sweeps told a second", told / passed, ""),
        ],
        {"seconds": scale.collect_seconds},
    )


def _all_known(client: Client, count: int) -> bool:
    told = client.payloads("container-stats", METRICS)
    if not told:
        return False
    del client.got[:-1]
    columns, rows = told[-1]["columns"], told[-1]["rows"]
    network = columns.index("network_rx_bytes_per_second")
    return len(rows) == count and all(row[network] is not None for row in rows)


@contextmanager
def _server(folder: Path, engine: str) -> Iterator[Server]:
    server = Server(
        f"local={engine}",
        DOCKMON_CGROUP_ROOT=str(folder / "cgroup"),
        DOCKMON_PROC_ROOT=str(folder / "proc"),
    )
    try:
        yield server
    finally:
        server.stop()


def _grow(folder: Path, ids: list[str]) -> None:
    (folder / "cgroup").mkdir()
    (folder / "cgroup" / "cgroup.controllers").write_text("cpuset cpu io memory pids\n")
    (folder / "proc").mkdir()
    (folder / "proc" / "meminfo").write_text("MemTotal:       24576000 kB\n")
    for number, container_id in enumerate(ids):
        place = f"system.slice/docker-{container_id}.scope"
        cgroup = folder / "cgroup" / place
        cgroup.mkdir(parents=True)
        for name, text in _FILES.items():
            (cgroup / name).write_text(text)
        process = folder / "proc" / str(_FIRST_PID + number)
        (process / "net").mkdir(parents=True)
        (process / "net" / "dev").write_text(_NET_DEV)
        (process / "cgroup").write_text(f"0::/{place}\n")


def _script(ids: list[str]) -> Any:
    rows = answer([_row(container_id) for container_id in ids])
    pids = {container_id: _FIRST_PID + number for number, container_id in enumerate(ids)}

    def script(asked: str) -> list[bytes | None]:
        path = asked.split(" ", 1)[1].partition("?")[0]
        if path.endswith("/version"):
            return [VERSION]
        if path.endswith("/events"):
            return [STREAM_HEAD, None]
        if path.endswith("/containers/json"):
            return [rows]
        if path.endswith("/json"):
            container_id = path.split("/")[-2]
            return [answer(_inspected(container_id, pids[container_id]))]
        return [answer(b"OK", kind="text/plain")]

    return script


def _row(container_id: str) -> dict[str, Any]:
    return {
        "Id": container_id,
        "Names": [f"/c{container_id[-6:]}"],
        "Image": "nginx:1.27",
        "ImageID": "sha256:" + container_id,
        "Command": "nginx",
        "Created": 1_790_000_000,
        "Ports": [],
        "Labels": {},
        "State": "running",
        "Status": "Up 3 hours",
    }


def _inspected(container_id: str, pid: int) -> dict[str, Any]:
    return {
        "Id": container_id,
        "Name": f"/c{container_id[-6:]}",
        "Created": "2026-09-22T12:00:00Z",
        "Image": "sha256:" + container_id,
        "RestartCount": 0,
        "State": {
            "Status": "running",
            "Running": True,
            "Pid": pid,
            "ExitCode": 0,
            "StartedAt": "2026-11-22T01:00:00.000000001Z",
            "FinishedAt": "0001-01-01T00:00:00Z",
        },
        "HostConfig": {"NetworkMode": "bridge", "RestartPolicy": {"Name": "no"}},
        "Config": {"Image": "nginx:1.27", "Labels": {}, "Env": [], "Tty": False},
        "NetworkSettings": {"Ports": {}},
    }
