"""What the cgroup probe tells of a container's life, and what it leaves unknown."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from dockmon.domain.container import Container
from dockmon.domain.stats import sample
from tests.unit.probes.cgroup_trees import (
    Tree,
    an_id,
    container,
    interface,
    read_one,
    recorded,
    usual_files,
)


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    return Tree(tmp_path)


def change(tree: Tree, one: Container, **files: str) -> None:
    names = {name.replace("_", "."): text for name, text in files.items()}
    tree.write(f"docker/{one.id}", dict(names))


def test_two_readings_make_rates(tree: Tree):
    probe, one = tree.probe(), tree.add(42)
    before = read_one(probe, one)
    tree.clock.advance(2)
    change(
        tree,
        one,
        cpu_stat="usage_usec 3000000\nnr_periods 60\nnr_throttled 15\n",
        io_stat="8:0 rbytes=2300 wbytes=400\n",
    )
    tree.process(42, f"0::/docker/{one.id}\n", interface("eth0", 5000, 500))
    now = sample(before, read_one(probe, one))
    assert now.cpu_percent == 50.0
    assert now.cpu_throttled_percent == 25.0
    assert (now.block_read_bytes_per_second, now.block_write_bytes_per_second) == (1000, 0)
    assert (now.network_rx_bytes_per_second, now.network_tx_bytes_per_second) == (2000, 0)
    assert (now.memory_bytes, now.memory_limit_bytes) == (30_000_000, 8_000_000 * 1024)
    assert now.pids == 7
    probe.close()


def test_a_restart_makes_a_gap_and_no_giant_rate(tree: Tree):
    probe, one = tree.probe(), tree.add(42)
    before = read_one(probe, one)
    tree.clock.advance(1)
    tree.process(43, f"0::/docker/{one.id}\n", interface("eth0", 7000, 7000))
    now = sample(before, read_one(probe, container(one.id, 43)))
    assert (now.cpu_percent, now.network_rx_bytes_per_second) == (None, None)
    assert now.memory_bytes == 30_000_000
    probe.close()


def test_a_counter_that_wraps_makes_a_gap_in_that_rate_alone(tree: Tree):
    probe, one = tree.probe(), tree.add(42)
    before = read_one(probe, one)
    tree.clock.advance(1)
    tree.process(42, f"0::/docker/{one.id}\n", interface("eth0", 12, 600))
    now = sample(before, read_one(probe, one))
    assert (now.network_rx_bytes_per_second, now.network_tx_bytes_per_second) == (None, 100)
    assert now.cpu_percent == 0.0
    probe.close()


def test_a_paused_container_keeps_its_memory_and_has_no_rates(tree: Tree):
    probe, one = tree.probe(), tree.add(42)
    before = read_one(probe, one)
    tree.clock.advance(1)
    now = sample(before, read_one(probe, one), is_running=False)
    assert (now.cpu_percent, now.memory_bytes, now.pids) == (None, 30_000_000, 7)
    probe.close()


def test_two_readings_at_one_moment_make_no_rates(tree: Tree):
    probe, one = tree.probe(), tree.add(42)
    assert sample(read_one(probe, one), read_one(probe, one)).cpu_percent is None
    probe.close()


@pytest.mark.parametrize("name", ["hybrid", "v1-cgroupfs", "v1-systemd"])
def test_v1_with_the_memory_controller_off_still_tells_the_rest(name: str, tmp_path: Path):
    tree = recorded(name, tmp_path)
    (tree.cgroup / "memory").rename(tmp_path / "away")
    one_id = next(tree.cgroup.glob("pids/**/pids.current")).parent.name[-70:]
    one_id = one_id.removeprefix("docker-").removesuffix(".scope")[-64:]
    probe = tree.probe()
    counters = read_one(probe, container(one_id, 1532))
    assert (counters.memory_bytes, counters.memory_limit_bytes) == (None, None)
    assert (counters.cpu_seconds, counters.pids) == (0.365780635, 2)
    assert (counters.network_rx_bytes, counters.block_read_bytes) == (1362, 204_800)
    probe.close()


def test_v2_with_the_memory_controller_off_still_tells_the_rest(tree: Tree):
    one = an_id()
    files = usual_files()
    for name in ("memory.current", "memory.stat", "memory.max"):
        del files[name]
    tree.write(f"docker/{one}", files)
    counters = read_one(tree.probe(), container(one))
    assert (counters.memory_bytes, counters.memory_limit_bytes) == (None, None)
    assert (counters.cpu_seconds, counters.pids, counters.block_write_bytes) == (2.0, 7, 400)


def test_swap_that_is_missing_changes_nothing(tmp_path: Path):
    tree = recorded("hybrid", tmp_path)
    stat = next(tree.cgroup.glob("memory/docker/*/memory.stat"))
    lines = stat.read_text().splitlines(keepends=True)
    one = container(stat.parent.name, 1532)
    with_swap = read_one(tree.probe(), one)
    stat.write_text("".join(line for line in lines if "swap" not in line and "memsw" not in line))
    assert read_one(tree.probe(), one)[2:] == with_swap[2:]


def test_without_its_cpu_a_container_is_left_to_the_engine(tree: Tree):
    """As where the controllers of v1 have different paths, or where it may not be read."""
    one = tree.add(42)
    (tree.cgroup / f"docker/{one.id}/cpu.stat").unlink()
    assert tree.probe().read([one]) == {}


@pytest.mark.parametrize("name", sorted(usual_files()))
@pytest.mark.parametrize("text", [b"", b"\x00\xff\n", b"garbage\n", b"x" * 200_000])
def test_an_odd_file_makes_its_own_value_unknown_and_no_other(tree: Tree, name: str, text: bytes):
    values = {
        "cpu.stat": ("cpu_seconds", "periods", "throttled_periods"),
        "memory.current": ("memory_bytes",),
        "memory.stat": ("memory_bytes",),
        "memory.max": ("memory_limit_bytes",),
        "pids.current": ("pids",),
        "io.stat": ("block_read_bytes", "block_write_bytes"),
    }[name]
    usual = read_one(tree.probe(), tree.add(42))._asdict()
    odd = tree.add(43)
    tree.write(f"docker/{odd.id}", {name: text})
    told = read_one(tree.probe(), odd)._asdict()
    # Nothing was read or written yet: such a file is empty, and not odd at all.
    unknown = 0 if (name, text) == ("io.stat", b"") else None
    for key in usual.keys() - {"life", "at"}:
        assert told[key] == (unknown if key in values else usual[key]), key


def test_a_folder_in_the_place_of_a_file_makes_that_value_unknown(tree: Tree):
    one = tree.add()
    path = tree.cgroup / "docker" / one.id / "pids.current"
    path.unlink()
    path.mkdir()
    counters = read_one(tree.probe(), one)
    assert (counters.pids, counters.cpu_seconds) == (None, 2.0)


def test_many_devices_and_interfaces_are_read_to_the_end(tree: Tree):
    one = tree.add(42)
    change(tree, one, io_stat="".join(f"8:{n} rbytes=1 wbytes=2 rios=3\n" for n in range(2000)))
    tree.process(42, f"0::/docker/{one.id}\n", *(interface(f"eth{n}", 1, 2) for n in range(500)))
    counters = read_one(tree.probe(), one)
    assert (counters.block_read_bytes, counters.block_write_bytes) == (2000, 4000)
    assert (counters.network_rx_bytes, counters.network_tx_bytes) == (500, 1000)


@pytest.mark.parametrize("has_own_network", [False, None])
def test_traffic_that_may_be_anothers_is_not_told(tree: Tree, has_own_network: bool | None):
    one = tree.add(42)
    shared = container(one.id, 42, has_own_network=has_own_network)
    counters = read_one(tree.probe(), shared)
    assert (counters.network_rx_bytes, counters.network_tx_bytes) == (None, None)
    assert counters.pids == 7


def test_a_container_without_details_is_read_all_the_same(tree: Tree):
    one = tree.add()
    bare = Container("local", one.id, "web", "image", "running", 0.0)
    counters = read_one(tree.probe(), bare)
    assert (counters.pids, counters.network_rx_bytes) == (7, None)


def test_a_network_that_becomes_known_is_told_from_then_on(tree: Tree):
    probe, one = tree.probe(), tree.add(42)
    unknown = container(one.id, 42, has_own_network=None)
    assert read_one(probe, unknown).network_rx_bytes is None
    assert read_one(probe, one).network_rx_bytes == 1000
    probe.close()


def test_a_limit_changed_while_it_runs_is_told_within_seconds(tree: Tree):
    probe, one = tree.probe(), tree.add(42)
    assert read_one(probe, one).memory_limit_bytes == 8_000_000 * 1024
    change(tree, one, memory_max="67108864\n")
    tree.clock.advance(5)
    assert read_one(probe, one).memory_limit_bytes == 64 << 20
    probe.close()


def test_without_the_machines_memory_no_limit_is_known(tree: Tree):
    (tree.proc / "meminfo").unlink()
    assert read_one(tree.probe(), tree.add(42)).memory_limit_bytes is None


def test_one_container_that_is_nowhere_is_missing_and_the_others_are_there(tree: Tree):
    one, another = tree.add(42), tree.add(43)
    assert set(tree.probe().read([one, container(an_id(), 44), another])) == {one.id, another.id}


def test_a_container_nothing_is_known_of_is_left_to_other_sources(tree: Tree):
    one = an_id()
    tree.write(f"docker/{one}", {"cgroup.procs": "42\n"})
    assert tree.probe().read([container(one)]) == {}


def test_nothing_asked_is_nothing_read(tree: Tree):
    assert tree.probe().read([]) == {}


def test_other_tasks_get_their_turn_while_many_are_read(
    tree: Tree, monkeypatch: pytest.MonkeyPatch
):
    turns: list[float] = []
    monkeypatch.setattr(time, "sleep", turns.append)
    ones = [tree.add() for _ in range(200)]
    assert len(tree.probe().read(ones)) == 200
    assert len(turns) >= 200 / 50
    assert set(turns) == {0}
