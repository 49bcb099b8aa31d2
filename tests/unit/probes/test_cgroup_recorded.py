"""The cgroup probe on recorded trees: every layout, driver and place."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from dockmon.domain.stats import Counters
from dockmon.probes.cgroup import CgroupProbe
from tests.unit.probes.cgroup_trees import RECORDED, Tree, container, read_one, recorded

DOCKER_20 = "7ec70be081f00e75cc0b7a961e5240d446892bcdc66d5fdf44652fbbd2a1b1b8"
HOST_BYTES = 24_684_096 * 1024
# Of one container, in three layouts.
V1 = {
    "cpu_seconds": 0.365780635,
    "periods": 20,
    "throttled_periods": 17,
    "memory_bytes": 9_736_192 - 6_553_600,
    "memory_limit_bytes": 64 << 20,
    "network_rx_bytes": 1362,
    "network_tx_bytes": 336,
    "block_read_bytes": 204_800,
    "block_write_bytes": 9_031_680,
    "pids": 2,
}
# name: (layout, id, pid, what it has used)
TREES = {
    "hybrid": ("hybrid", DOCKER_20, 1532, V1),
    "v1-cgroupfs": ("v1", DOCKER_20, 1532, V1),
    "v1-systemd": ("v1", DOCKER_20, 1532, V1),
    "v2-systemd": (
        "v2",
        "4f797c539e6c745de61a93ca3ff892358ecbcaccd8414d5db545c38428142970",
        2042,
        {
            "cpu_seconds": 98_701.325189,
            "periods": 3_936_904,
            "throttled_periods": 6004,
            "memory_bytes": 13_071_106_048 - 2_935_459_840,
            "memory_limit_bytes": HOST_BYTES,
            "network_rx_bytes": 1362,
            "network_tx_bytes": 336,
            "block_read_bytes": 74_526_720,
            "block_write_bytes": 3_789_381_632,
            "pids": 83,
        },
    ),
    "v2-cgroupfs": (
        "v2",
        "7ff2ace8e15097939aa2ca98f2179fc216aa9faca0eafdcf92dd9c755bd7c4f3",
        3117,
        {
            "cpu_seconds": 1.7345,
            "periods": 0,
            "throttled_periods": 0,
            "memory_bytes": 15_683_584 - 8_388_608,
            "memory_limit_bytes": 128 << 20,
            "network_rx_bytes": 1362,
            "network_tx_bytes": 336,
            "block_read_bytes": 1_459_200 + 90_430_464,
            "block_write_bytes": 314_773_504 + 299_008_000,
            "pids": 3,
        },
    ),
    "v2-podman": (
        "v2",
        "8a19d6058bfbe88cd0548eba9047d94c70161f5d74b545c7504b2f27491686d9",
        4242,
        {
            "cpu_seconds": 0.42,
            "periods": None,
            "throttled_periods": None,
            "memory_bytes": 2_621_440 - 262_144,
            "memory_limit_bytes": HOST_BYTES,
            "network_rx_bytes": 1362,
            "network_tx_bytes": 336,
            "block_read_bytes": None,
            "block_write_bytes": None,
            "pids": 2,
        },
    ),
}


@pytest.fixture(params=TREES)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def tree(name: str, tmp_path: Path) -> Tree:
    return recorded(name, tmp_path)


@pytest.fixture
def probe(tree: Tree) -> Iterator[CgroupProbe]:
    probe = tree.probe()
    yield probe
    probe.close()


def told(counters: Counters) -> dict[str, object]:
    known = counters._asdict()
    del known["life"], known["at"]
    return known


def test_every_count_is_read_in_every_layout(name: str, probe: CgroupProbe):
    _, container_id, pid, expected = TREES[name]
    assert told(read_one(probe, container(container_id, pid))) == expected


def test_a_place_is_found_without_a_process_id(name: str, probe: CgroupProbe):
    _, container_id, _, expected = TREES[name]
    unknown = {"network_rx_bytes": None, "network_tx_bytes": None}
    assert told(read_one(probe, container(container_id))) == {**expected, **unknown}


def test_the_probe_says_which_layout_it_reads_and_where(name: str, tree: Tree, probe: CgroupProbe):
    layout = TREES[name][0]
    assert probe.layout == layout
    words = {"v1": "cgroup v1", "v2": "cgroup v2", "hybrid": "cgroup v1 (hybrid)"}[layout]
    assert probe.reason == f"{words} below {tree.cgroup}"
    assert probe.source == "cgroup"


def test_the_numbers_are_those_the_engine_told_at_that_moment():
    answer = json.loads((RECORDED / "docker-20.10-stats.json").read_text())
    memory, block = answer["memory_stats"], answer["blkio_stats"]["io_service_bytes_recursive"]
    assert V1["memory_bytes"] == memory["usage"] - memory["stats"]["total_inactive_file"]
    assert V1["memory_limit_bytes"] == memory["limit"]
    assert V1["cpu_seconds"] == answer["cpu_stats"]["cpu_usage"]["total_usage"] / 1e9
    assert V1["network_rx_bytes"] == answer["networks"]["eth0"]["rx_bytes"]
    assert V1["network_tx_bytes"] == answer["networks"]["eth0"]["tx_bytes"]
    assert V1["block_read_bytes"] == sum(one["value"] for one in block if one["op"] == "Read")
    assert V1["block_write_bytes"] == sum(one["value"] for one in block if one["op"] == "Write")
    assert V1["pids"] == answer["pids_stats"]["current"]


def test_a_folder_that_is_no_cgroup_tree_is_told_from_one_that_is_missing(tmp_path: Path):
    probe = CgroupProbe(tmp_path, tmp_path, Tree(tmp_path / "unused").clock)
    assert (probe.layout, probe.reason) == (None, f"no cgroup tree below {tmp_path}")
    assert probe.read([container("a" * 64)]) == {}
    missing = tmp_path / "missing"
    probe = CgroupProbe(missing, tmp_path, Tree(tmp_path / "unused").clock)
    assert (probe.layout, probe.reason) == (None, f"no folder {missing}")
