"""Answers about stats: recorded ones of cgroup v1 and v2, odd ones, and the CLI's formulas."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockmon.domain.stats import Counters, sample
from dockmon.engines import translate_stats

SAMPLES = {
    path.stem: json.loads(path.read_text())
    for path in sorted((Path(__file__).parents[2] / "data" / "docker" / "stats").glob("*.json"))
}
V1, V2 = SAMPLES["docker-20.10-cgroup-v1"], SAMPLES["docker-2023-cgroup-v2"]
PODMAN_V1, PODMAN_V2 = SAMPLES["podman-4.3-cgroup-v1"], SAMPLES["podman-5.7-cgroup-v2"]
NOTHING = Counters(life=None, at=0.0)
KNOWN = {"read": "2026-01-02T03:04:05.5Z"}


def of(sample, name="running"):
    return translate_stats.counters(sample["stats"][name])


@pytest.mark.parametrize("name", SAMPLES)
def test_every_recording_names_its_source(name):
    assert SAMPLES[name]["source"]


def test_docker_on_cgroup_v1():
    answer, counters = V1["stats"]["limited"], of(V1, "limited")
    memory = answer["memory_stats"]
    assert memory["stats"]["total_inactive_file"] >= 8 << 20, "the sample has no file cache"
    assert counters.memory_bytes == memory["usage"] - memory["stats"]["total_inactive_file"]
    assert counters.memory_limit_bytes == 64 << 20
    assert counters.cpu_seconds == answer["cpu_stats"]["cpu_usage"]["total_usage"] / 1e9
    assert counters.throttled_periods > 0
    assert counters.periods >= counters.throttled_periods
    assert (counters.network_rx_bytes, counters.network_tx_bytes) == (
        answer["networks"]["eth0"]["rx_bytes"],
        answer["networks"]["eth0"]["tx_bytes"],
    )
    assert counters.block_write_bytes > 0
    assert counters.pids == 1


def test_docker_on_cgroup_v2():
    assert of(V2) == Counters(
        life=None,
        at=pytest.approx(1676887381.998224131, abs=1e-6),
        cpu_seconds=0.168791,
        periods=0,
        throttled_periods=0,
        memory_bytes=4194304 - 1253376,
        memory_limit_bytes=12544401408,
        network_rx_bytes=37188,
        network_tx_bytes=10036,
        block_read_bytes=3383296,
        block_write_bytes=0,
        pids=1,
    )


def test_podman_on_cgroup_v2_counts_bytes_and_not_requests():
    counters = of(PODMAN_V2)
    assert (counters.block_read_bytes, counters.block_write_bytes) == (45178880, 1200000)
    assert (counters.memory_bytes, counters.memory_limit_bytes) == (11882496, 8293711872)
    assert counters.at == pytest.approx(1786052972.787287, abs=1e-5), "in its own time zone"


@pytest.mark.parametrize("sample", [V1, PODMAN_V1], ids=["docker", "podman"])
def test_what_is_paused_still_holds_something(sample):
    counters = of(sample, "paused")
    assert counters.memory_bytes > 0
    assert counters.pids >= 1
    assert counters.cpu_seconds > 0


@pytest.mark.parametrize("sample", [V1, PODMAN_V1], ids=["docker", "podman"])
def test_what_does_not_run_has_no_counters(sample):
    assert of(sample, "exited") == NOTHING


def test_on_the_hosts_network_docker_tells_nothing_of_traffic():
    counters = of(V1, "host-network")
    assert (counters.network_rx_bytes, counters.network_tx_bytes) == (None, None)
    assert counters.cpu_seconds > 0


def test_two_answers_give_rates():
    later = json.loads(json.dumps(V1["stats"]["limited"]))
    later["cpu_stats"]["cpu_usage"]["total_usage"] += 500_000_000
    whole, _, rest = later["read"].partition(":")
    later["read"] = f"{whole}:{(int(rest[:2]) + 1) % 60:02d}{rest[2:]}"
    before, now = of(V1, "limited"), translate_stats.counters(later)
    seconds = now.at - before.at
    assert sample(before, now).cpu_percent == pytest.approx(50 / seconds, abs=0.02)


def test_the_networks_are_summed():
    networks = {"eth0": {"rx_bytes": 1, "tx_bytes": 10}, "eth1": {"rx_bytes": 2, "tx_bytes": 20}}
    counters = translate_stats.counters({**KNOWN, "networks": networks})
    assert (counters.network_rx_bytes, counters.network_tx_bytes) == (3, 30)


def test_the_devices_are_summed_whatever_the_case():
    entries = [
        {"major": 8, "minor": 0, "op": "Read", "value": 1},
        {"major": 8, "minor": 16, "op": "read", "value": 2},
        {"major": 8, "minor": 0, "op": "Write", "value": 10},
        {"major": 8, "minor": 0, "op": "Sync", "value": 11},
        {"major": 8, "minor": 0, "op": "Total", "value": 11},
        {"major": 8, "minor": 0, "op": "", "value": 99},
        {"major": 8, "minor": 0},
        None,
    ]
    blkio = {"io_service_bytes_recursive": entries}
    counters = translate_stats.counters({**KNOWN, "blkio_stats": blkio})
    assert (counters.block_read_bytes, counters.block_write_bytes) == (3, 10)


@pytest.mark.parametrize(("entries", "expected"), [(None, None), ([], 0)])
def test_no_block_io_is_not_the_same_as_none_that_is_counted(entries, expected):
    counters = translate_stats.counters(
        {**KNOWN, "blkio_stats": {"io_service_bytes_recursive": entries}}
    )
    assert counters.block_read_bytes == counters.block_write_bytes == expected


@pytest.mark.parametrize(
    ("memory", "expected"),
    [
        ({}, None),
        ({"usage": 100}, 100),
        ({"usage": 100, "stats": {"total_inactive_file": 30, "inactive_file": 10}}, 70),
        ({"usage": 100, "stats": {"inactive_file": 10}}, 90),
        ({"usage": 100, "stats": {"inactive_file": 100}}, 100),
        ({"usage": 100, "stats": {"total_inactive_file": 200, "inactive_file": 10}}, 90),
        ({"usage": 0, "stats": {"inactive_file": 2510848}}, 0),
    ],
)
def test_memory_is_without_the_file_cache_where_that_is_smaller(memory, expected):
    assert translate_stats.counters({**KNOWN, "memory_stats": memory}).memory_bytes == expected


def test_an_engine_that_knows_nothing_says_nothing():
    counters = translate_stats.counters(KNOWN)
    assert set(counters) == {None, counters.at}
    assert counters.at == 1767323045.5


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    [
                        *("read", "cpu_stats", "cpu_usage", "total_usage", "throttling_data"),
                        *("memory_stats", "usage", "stats", "inactive_file", "networks"),
                        *("blkio_stats", "io_service_bytes_recursive", "op", "value"),
                        *("pids_stats", "current", "rx_bytes", "limit", "periods"),
                    ]
                ),
                inner,
                max_size=6,
            )
        ),
        max_leaves=20,
    )
)
def test_no_answer_is_too_odd(answer):
    translate_stats.counters(answer)
    if isinstance(answer, dict):
        translate_stats.counters({**answer, **KNOWN})
