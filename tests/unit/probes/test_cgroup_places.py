"""Finding a container's cgroup: by its process, by what is known, by a search."""

from __future__ import annotations

from pathlib import Path

import pytest

from dockmon.probes import cgroup_places
from tests.unit.probes.cgroup_trees import Tree, an_id, container, interface, usual_files

SEARCH_EVERY_SECONDS = 30


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    return Tree(tmp_path)


@pytest.mark.parametrize(
    "place",
    [
        "docker/{}",
        "system.slice/docker-{}.scope",
        "machine.slice/libpod-{}.scope",
        "libpod_parent/libpod-{}",
        "user.slice/user-1000.slice/user@1000.service/user.slice/libpod-{}.scope",
        "user.slice/user-1000.slice/user@1000.service/user.slice/docker-{}.scope",
        "system.slice/nginx.service/libpod-payload-{}",
        "mine/of/my/own/{}",
        "{}",
    ],
)
@pytest.mark.parametrize("has_process", [True, False])
def test_a_container_is_found_wherever_it_was_put(tree: Tree, place: str, has_process: bool):
    one = tree.add(42 if has_process else None, place)
    assert tree.probe().read([one])[one.id].cpu_seconds == 2.0


@pytest.mark.parametrize(
    "path", ["/../../system.slice/docker-{}.scope", "/../docker-{}.scope", "/../{}"]
)
def test_a_path_told_to_a_reader_in_a_cgroup_namespace_is_found(tree: Tree, path: str):
    one = tree.add(place="system.slice/docker-{}.scope")
    tree.process(42, f"0::{path.format(one.id)}\n", interface("eth0", 9, 8))
    counters = tree.probe().read([container(one.id, 42)])[one.id]
    assert (counters.cpu_seconds, counters.network_rx_bytes) == (2.0, 9)


def test_a_process_of_another_container_is_not_believed(tree: Tree):
    one, other = tree.add(), tree.add(42)
    counters = tree.probe().read([container(one.id, 42)])[one.id]
    assert (counters.pids, counters.network_rx_bytes) == (7, None)
    assert other.id != one.id


def test_a_process_that_is_no_more_leaves_the_rest_readable(tree: Tree):
    one = tree.add()
    counters = tree.probe().read([container(one.id, 4_000_000)])[one.id]
    assert (counters.pids, counters.network_rx_bytes) == (7, None)


def test_of_a_container_in_a_container_each_has_its_own_cgroup(tree: Tree):
    outer, inner = an_id(), an_id()
    tree.write(f"docker/{outer}", usual_files(pids_current="20\n"))
    tree.write(f"docker/{outer}/init", usual_files(pids_current="12\n"))
    tree.write(f"docker/{outer}/docker/{inner}", usual_files(pids_current="8\n"))
    tree.process(42, f"0::/docker/{outer}/init\n")
    tree.process(43, f"0::/docker/{outer}/docker/{inner}\n")
    for pids in ((42, 43), (None, None)):
        both = [container(one, pid) for one, pid in zip((outer, inner), pids, strict=True)]
        read = tree.probe().read(both)
        assert (read[outer].pids, read[inner].pids) == (20, 8)


@pytest.mark.parametrize("has_process", [True, False])
def test_podmans_monitor_is_never_taken_for_the_container(tree: Tree, has_process: bool):
    one = an_id()
    tree.write(f"a.slice/libpod-conmon-{one}.scope", usual_files(pids_current="1\n"))
    tree.write(f"b.slice/libpod-{one}.scope", usual_files(pids_current="5\n"))
    tree.process(42, f"0::/a.slice/libpod-conmon-{one}.scope\n", interface("eth0", 1, 1))
    counters = tree.probe().read([container(one, 42 if has_process else None)])[one]
    assert (counters.pids, counters.network_rx_bytes) == (5, None)


def test_one_place_shows_where_the_others_are(tree: Tree, monkeypatch: pytest.MonkeyPatch):
    probe = tree.probe()
    probe.read([tree.add(place="mine/{}.scope")])
    monkeypatch.setattr(cgroup_places, "_walk", lambda base: pytest.fail("searched again"))
    tree.clock.advance(SEARCH_EVERY_SECONDS)
    another = tree.add(place="mine/{}.scope")
    assert another.id in probe.read([another])


def test_more_places_than_are_remembered_are_all_found(tree: Tree):
    ones = [tree.add(place=f"unit{number}.service/libpod-payload-{{}}") for number in range(40)]
    assert set(tree.probe().read(ones)) == {one.id for one in ones}


def test_the_tree_is_searched_again_only_after_a_while(tree: Tree):
    probe = tree.probe()
    lost = container(an_id())
    assert probe.read([lost]) == {}
    tree.write(f"deep/down/{lost.id}", usual_files())
    tree.clock.advance(SEARCH_EVERY_SECONDS - 1)
    assert probe.read([lost]) == {}
    tree.clock.advance(1)
    assert set(probe.read([lost])) == {lost.id}


def test_a_search_looks_at_a_bounded_number_of_folders(tree: Tree, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(cgroup_places, "_MOST_FOLDERS", 50)
    for number in range(200):
        tree.write(f"a{number}", {})
    hidden = tree.add(place="z/y/x/{}")
    assert tree.probe().read([hidden]) == {}


def test_a_search_does_not_follow_links_in_circles(tree: Tree):
    (tree.cgroup / "loop").symlink_to(tree.cgroup)
    assert tree.probe().read([container(an_id())]) == {}


@pytest.mark.parametrize("odd", ["../../../etc", "", "A" * 64, "a" * 63, "a" * 64 + "/..", "\0"])
def test_an_id_that_could_lead_out_of_the_tree_is_not_looked_for(tree: Tree, odd: str):
    tree.write("docker", usual_files())
    assert tree.probe().read([container(odd, 42)]) == {}


@pytest.mark.parametrize("text", ["", "\n\n", "garbage", "0::", "a:b", "\udcff", "x" * 100_000])
def test_what_a_process_says_may_be_odd(tree: Tree, text: str):
    one = tree.add(42)
    (tree.proc / "42" / "cgroup").write_bytes(text.encode(errors="surrogateescape"))
    assert tree.probe().read([one])[one.id].pids == 7
