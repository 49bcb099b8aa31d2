"""The tests' own engines leave nothing behind, in whatever state they are left."""

from pathlib import Path

import pytest

from tests.kit import dockerd


def remains(engine):
    links = [link.name for link in Path("/sys/class/net").glob("dmtest*")]
    return {
        "directory": engine.root.exists(),
        "processes": dockerd._pids_of(engine.root),
        "mounts": dockerd._mounts(engine.root),
        "cgroups": dockerd._cgroups(engine.root),
        "bridge": engine._bridge in links,
    }


@pytest.mark.parametrize("left", ["running", "killed", "frozen", "stopped", "hidden", "orphaned"])
def test_nothing_is_left_behind(start_engine, left):
    engine = start_engine(has_bridge=True)
    bridged = {"HostConfig": {"NetworkMode": "bridge"}}
    engine.run("web", **bridged)
    engine.api.pause(engine.run("paused", **bridged))
    assert remains(engine)["processes"]
    assert remains(engine)["mounts"]
    if left == "killed":
        engine.kill()
    if left == "frozen":
        engine.freeze()
    if left == "stopped":
        engine.stop()
    if left == "hidden":
        engine.hide_socket()
    if left == "orphaned":
        # As after a run that was shot: only the directory's name is known.
        engine.kill()
        engine._containerd.kill()
        engine._containerd.wait()
        dockerd._clear(engine.root)
    engine.close()
    nothing = {"directory": False, "processes": [], "mounts": [], "cgroups": [], "bridge": False}
    assert remains(engine) == nothing


def test_an_engine_keeps_its_containers_over_a_restart(own_engine):
    own_engine.run("web")
    own_engine.kill()
    own_engine.start()
    assert set(own_engine.listed()) == {"web"}
    own_engine.restart()
    assert set(own_engine.listed()) == {"web"}
