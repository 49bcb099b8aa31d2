"""What the cgroup probe keeps open: within a bound, no longer than needed, never another's."""

from __future__ import annotations

import os
import resource
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dockmon.probes import cgroup
from dockmon.probes.cgroup_files import Allowance
from tests.unit.probes.cgroup_trees import Tree, container, read_one, usual_files

FILES_EACH = 6  # five of the cgroup, one of the network


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    return Tree(tmp_path)


@pytest.fixture
def file_limit() -> Iterator[None]:
    """Put the limit back that a test lowers."""
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, limits)


def kept(tree: Tree) -> list[str]:
    """Return what this process has open below the tree."""
    found = []
    for descriptor in os.listdir("/proc/self/fd"):
        try:
            target = os.readlink(f"/proc/self/fd/{descriptor}")
        except FileNotFoundError:
            continue
        if target.startswith(str(tree.cgroup.parent)):
            found.append(target)
    return found


def test_files_stay_open_from_one_reading_to_the_next(tree: Tree):
    probe, one = tree.probe(), tree.add(42)
    read_one(probe, one)
    before = kept(tree)
    assert len(before) == FILES_EACH
    read_one(probe, one)
    assert kept(tree) == before
    probe.close()
    assert kept(tree) == []


def test_what_is_read_is_what_the_files_say_now(tree: Tree):
    probe, one = tree.probe(), tree.add(42)
    assert read_one(probe, one).pids == 7
    (tree.cgroup / "docker" / one.id / "pids.current").write_text("9\n")
    assert read_one(probe, one).pids == 9
    probe.close()


def test_no_more_files_stay_open_than_allowed_and_all_are_read(tree: Tree):
    probe = tree.probe(Allowance(2 * FILES_EACH + 3))
    ones = [tree.add(pid) for pid in range(42, 47)]
    first = probe.read(ones)
    assert len(kept(tree)) == 2 * FILES_EACH
    assert set(first) == {one.id for one in ones}
    tree.clock.advance(1)
    second = probe.read(ones)
    for one in ones:
        assert second[one.id][2:] == first[one.id][2:]
        assert second[one.id].network_rx_bytes == 1000
        assert second[one.id].life == first[one.id].life
    probe.close()


def test_several_probes_share_one_allowance(tree: Tree):
    allowance = Allowance(FILES_EACH)
    one, another = tree.add(42), tree.add(43)
    probes = [tree.probe(allowance), tree.probe(allowance)]
    read_one(probes[0], one)
    read_one(probes[1], another)
    assert len(kept(tree)) == FILES_EACH
    probes[0].close()
    probes[1].forget([another.id])
    read_one(probes[1], another)
    assert len(kept(tree)) == FILES_EACH
    probes[1].close()


def test_half_of_the_processs_files_are_left_to_others(file_limit: None):
    resource.setrlimit(resource.RLIMIT_NOFILE, (200, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
    allowance = Allowance()
    assert allowance.take(100)
    assert not allowance.take(1)
    allowance.give_back(10)
    assert allowance.take(10)


def test_a_process_without_a_free_descriptor_reads_on_when_it_has_some(
    tree: Tree, file_limit: None
):
    probe, one = tree.probe(), tree.add(42)
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    lowest_free = os.dup(0)
    os.close(lowest_free)
    resource.setrlimit(resource.RLIMIT_NOFILE, (lowest_free, hard))
    assert set(probe.read([one])) <= {one.id}
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    assert read_one(probe, one).pids == 7
    probe.close()


def test_forget_closes_at_once(tree: Tree):
    probe, one, another = tree.probe(), tree.add(42), tree.add(43)
    probe.read([one, another])
    probe.forget([one.id, "unheard of"])
    assert len(kept(tree)) == FILES_EACH
    assert not [path for path in kept(tree) if one.id in path or "/42/" in path]
    probe.close()


def test_a_container_that_is_not_asked_for_any_more_is_let_go_of(tree: Tree):
    probe, one, another = tree.probe(), tree.add(42), tree.add(43)
    probe.read([one, another])
    probe.read([another])
    assert len(kept(tree)) == FILES_EACH
    probe.close()


def test_a_new_process_of_a_container_has_its_files_opened_anew(tree: Tree):
    probe, one = tree.probe(), tree.add(42)
    before = read_one(probe, one)
    tree.process(43, f"0::/docker/{one.id}\n")
    after = read_one(probe, container(one.id, 43))
    assert after.life != before.life
    assert (after.network_rx_bytes, after.network_tx_bytes) == (0, 0)
    assert not [path for path in kept(tree) if "/42/" in path]
    probe.close()


def test_a_process_id_that_becomes_anothers_while_it_is_opened_is_let_go_of(
    tree: Tree, monkeypatch: pytest.MonkeyPatch
):
    probe, one = tree.probe(), tree.add(42)
    opened = cgroup.Files

    def too_late(*args: Any) -> Any:
        tree.process(42, "0::/docker/of-somebody-else\n")
        return opened(*args)

    monkeypatch.setattr(cgroup, "Files", too_late)
    assert read_one(probe, one).network_rx_bytes is None
    assert not [path for path in kept(tree) if "/42/" in path]
    probe.close()


def test_a_cgroup_made_anew_is_noticed_where_files_are_opened_each_time(tree: Tree):
    probe, one = tree.probe(Allowance(0)), tree.add(42)
    before = read_one(probe, one)
    folder = tree.cgroup / "docker" / one.id
    folder.rename(tree.cgroup / "old")
    assert probe.read([one]) == {}
    tree.write(f"docker/{one.id}", usual_files(pids_current="1\n"))
    after = read_one(probe, one)
    assert after.life != before.life
    assert after.pids == 1


def test_a_closed_probe_opens_nothing(tree: Tree):
    probe, one = tree.probe(), tree.add(42)
    probe.close()
    assert probe.read([one]) == {}
    assert kept(tree) == []


def test_a_reading_never_sees_a_file_that_took_over_a_closed_descriptor(tree: Tree):
    probe = tree.probe()
    ones = [tree.add(pid) for pid in range(42, 50)]
    wrong = tree.write("elsewhere", {"wrong": "666\n"}) / "wrong"
    ends = threading.Event()

    def disturb() -> None:
        while not ends.is_set():
            probe.forget(one.id for one in ones)
            descriptors = [os.open(wrong, os.O_RDONLY) for _ in range(40)]
            for descriptor in descriptors:
                os.close(descriptor)

    disturber = threading.Thread(target=disturb)
    disturber.start()
    try:
        read = [probe.read(ones) for _ in range(300)]
    finally:
        ends.set()
        disturber.join()
        probe.close()
    assert {len(counters) for counters in read} == {len(ones)}
    assert {one.pids for counters in read for one in counters.values()} == {7}
    assert kept(tree) == []
