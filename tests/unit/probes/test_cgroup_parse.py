"""From the kernel's text to numbers: the docker command's arithmetic, and odd text."""

from __future__ import annotations

import pytest

from dockmon.probes import cgroup_parse as parse
from tests.unit.probes.cgroup_trees import NET_HEAD, interface

V1_STAT = b"cache 1\ninactive_file %d\nactive_file 1\ntotal_inactive_file %d\n"


@pytest.mark.parametrize(
    ("usage", "stat", "held"),
    [
        pytest.param(b"100\n", V1_STAT % (10, 30), 70, id="v1: the whole subtree's cache"),
        pytest.param(b"100\n", V1_STAT % (10, 100), 90, id="v1: too large, so the own one"),
        pytest.param(b"100\n", V1_STAT % (100, 100), 100, id="v1: both too large, so nothing"),
        pytest.param(b"100\n", b"anon 1\ninactive_file 40\n", 60, id="v2"),
        pytest.param(b"100\n", b"anon 1\ninactive_file 101\n", 100, id="v2: too large"),
        pytest.param(b"100\n", b"anon 1\nworkingset_inactive_file 5\n", None, id="another key"),
        pytest.param(b"100\n", b"anon 1\ninactive_file what\n", None, id="no number"),
        pytest.param(b"100\n", b"", None, id="an empty file"),
        pytest.param(b"100\n", None, None, id="an unreadable cache"),
        pytest.param(b"", b"anon 1\ninactive_file 40\n", None, id="an empty usage"),
        pytest.param(None, b"anon 1\ninactive_file 40\n", None, id="an unreadable usage"),
    ],
)
def test_memory_is_what_docker_stats_shows(usage: bytes, stat: bytes, held: int | None):
    assert parse.held_memory(usage, stat) == held


@pytest.mark.parametrize(
    ("text", "host", "limit"),
    [
        (b"67108864\n", 1 << 30, 67_108_864),
        (b"max\n", 1 << 30, 1 << 30),
        (b"9223372036854771712\n", 1 << 30, 1 << 30),
        (b"0\n", 1 << 30, 0),
        (b"much\n", 1 << 30, None),
        (b"", 1 << 30, None),
        (None, 1 << 30, None),
        (b"67108864\n", None, None),
    ],
)
def test_a_limit_beyond_the_machine_is_the_machines_memory(
    text: bytes, host: int | None, limit: int | None
):
    assert parse.limit_bytes(text, host) == limit


@pytest.mark.parametrize(
    ("meminfo", "total"),
    [
        (b"MemTotal:       24684096 kB\nMemFree: 1 kB\n", 24_684_096 * 1024),
        (b"SwapMemTotal: 5 kB\n", None),
        (b"MemTotal: lots kB\n", None),
        (None, None),
    ],
)
def test_the_machines_memory_is_its_total(meminfo: bytes, total: int | None):
    assert parse.memory_total(meminfo) == total


CFQ = b"8:0 Read 70\n8:0 Write 80\n8:0 Sync 150\n8:0 Total 150\nTotal 150\n"
THROTTLE = (
    b"8:0 Read 7\n8:0 Write 8\n8:0 Total 15\n8:16 Read 1\n8:16 Write 2\n8:16 Total 3\nTotal 18\n"
)


@pytest.mark.parametrize(
    ("plain", "by_scheduler", "expected"),
    [
        pytest.param(THROTTLE, None, (8, 10), id="all devices"),
        pytest.param(THROTTLE, b"Total 0\n", (8, 10), id="a scheduler that counts nothing"),
        pytest.param(THROTTLE, CFQ, (70, 80), id="a scheduler that counts"),
        pytest.param(b"Total 0\n", None, (0, 0), id="nothing yet"),
        pytest.param(b"", None, (0, 0), id="an empty file"),
        pytest.param(b"\x00\xffRead Write", None, (None, None), id="garbage"),
        pytest.param(None, None, (None, None), id="unreadable"),
    ],
)
def test_block_io_of_v1(plain: bytes, by_scheduler: bytes, expected: tuple[int, int]):
    assert parse.block_v1(plain, by_scheduler) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b"8:0 rbytes=1 wbytes=2 rios=9 dbytes=9\n8:16 rbytes=10 wbytes=20 rios=9\n", (11, 22)),
        (b"7:0 \n8:0 rbytes=1 wbytes=2\n", (1, 2)),
        (b"7:1 7:0 8:0 rbytes=1 wbytes=2\n", (1, 2)),
        (b"7:0 \n", (0, 0)),
        (b"", (0, 0)),
        (b"garbage\n", (None, None)),
        (None, (None, None)),
    ],
)
def test_block_io_of_v2(text: bytes, expected: tuple[int, int]):
    assert parse.block_v2(text) == expected


def test_network_traffic_is_summed_over_every_interface_but_the_loopback():
    lines = [
        interface("lo", 1_000, 2_000),
        interface("eth0", 10, 1),
        interface("eth1", 200, 20),
        interface("lo0", 3_000, 300),
        interface("wg-verylongname", 40_000, 4_000),
    ]
    assert parse.network((NET_HEAD + "".join(lines)).encode()) == (43_210, 4_321)


def test_network_traffic_is_read_where_a_name_and_its_first_number_touch():
    line = "  eth0:12345678901 1 0 0 0 0 0 0 22 1 0 0 0 0 0 0\n"
    assert parse.network((NET_HEAD + line).encode()) == (12_345_678_901, 22)


def test_a_network_of_nothing_but_a_loopback_has_no_traffic():
    assert parse.network((NET_HEAD + interface("lo", 5, 5)).encode()) == (0, 0)


@pytest.mark.parametrize("text", [None, b"", b"eth0: 1 2 3\n", b"\xff\x00"])
def test_what_is_no_list_of_interfaces_is_no_traffic_known(text: bytes | None):
    assert parse.network(text) == (None, None)


@pytest.mark.parametrize("text", [None, b"", b"\n", b"max\n", b"\xff", b"9" * 5000, b"1 2\n"])
def test_what_is_no_number_is_unknown(text: bytes | None):
    assert parse.number(text) is None


def test_a_cpu_without_periods_says_nothing_of_throttling():
    usage = parse.usage_v2([b"usage_usec 1500000\nuser_usec 1\n", None, None, None, None])
    assert usage == parse.Usage(1.5, None, None, None, None, None, None)


def test_files_that_are_all_unreadable_are_all_unknown():
    unknown = parse.Usage(None, None, None, None, None, None, None)
    assert parse.usage_v1([None] * 8) == unknown
    assert parse.usage_v2([None] * 6) == unknown
    assert parse.usage_v1([b"\xfe\n\x00?"] * 8) == unknown
    assert parse.usage_v2([b"\xfe\n\x00?"] * 6) == unknown
