"""Several engines and their faults: told at once, healed by themselves, nobody else delayed."""

from __future__ import annotations

import contextlib
import os
import time

from tests.kit.clients import Viewer, connected
from tests.kit.dockerd import Engine
from tests.kit.server import Server
from tests.kit.waiting import eventually


def address(engine: Engine) -> str:
    return f"unix://{engine.socket}"


def status(server: Server, engine: str = "local") -> dict:
    rows = server.get("engines")["data"]
    return next(row for row in rows if row["engine"] == engine)


def is_true(viewer: Viewer, engine: Engine, name: str = "local") -> bool:
    truth = {row["Id"]: row["State"] for row in engine.api.containers(all=True)}
    return viewer.states(name) == truth


@contextlib.contextmanager
def timed(limit_seconds: float):
    """Hold what happens inside to a generous limit; where the contract names one, twice that."""
    begun = time.monotonic()
    yield
    took = time.monotonic() - begun
    assert took < limit_seconds, f"took {took:.1f} s"


def test_it_starts_without_an_engine_and_picks_it_up(own_engine, start, mode):
    own_engine.hide_socket()
    server = start(f"local={address(own_engine)}", mode)
    with connected(Viewer(server)) as viewer:
        row = status(server)
        assert (row["state"], row["reason"], row["confirmed_at"]) == ("down", "socket_absent", None)
        assert server.request("GET", "/readyz").status == 200
        first = server.get("containers")
        assert first["data"] == [] and first["engines"][0]["seq"] == 0
        own_engine.show_socket()
        with timed(4):
            eventually(lambda: viewer.engines["local"]["state"] == "up", every=0.01)
        own_engine.run("web", "sleep", "600")
        eventually(lambda: is_true(viewer, own_engine))


def test_it_starts_beside_a_frozen_engine_and_picks_it_up(own_engine, start):
    own_engine.freeze()
    try:
        server = start(f"local={address(own_engine)}")
        assert status(server)["state"] in ("connecting", "down")
        with connected(Viewer(server)) as viewer:
            eventually(lambda: viewer.engines["local"]["state"] == "down", 20)
            assert status(server)["reason"] == "timed_out"
            own_engine.thaw()
            eventually(lambda: viewer.engines["local"]["state"] == "up")
    finally:
        own_engine.thaw()


def test_a_killed_engine_is_down_within_seconds_and_followed_again_after(own_engine, start, mode):
    server = start(f"local={address(own_engine)}", mode, DOCKMON_CONTAINERS_INTERVAL="3600")
    for number in range(3):
        own_engine.run(f"c{number}", "sleep", "600")
    with connected(Viewer(server)) as viewer:
        eventually(lambda: is_true(viewer, own_engine))
        own_engine.kill()
        with timed(10):
            eventually(lambda: viewer.engines["local"]["state"] == "down")
        assert status(server)["reason"] in ("connection_refused", "socket_absent")
        assert len(viewer.states()) == 3, "the last known values stay"
        assert viewer.act("c0", "stop")["error"]["code"] == "engine.unavailable"
        own_engine.restart()
        eventually(lambda: viewer.engines["local"]["state"] == "up")
        eventually(lambda: is_true(viewer, own_engine))
        own_engine.run("after", "sleep", "600")
        eventually(lambda: viewer.container("after"))
        assert viewer.gaps == 0, "a reconnect comes as ordinary deltas"


def test_a_frozen_engine_is_stale_then_down_and_nothing_piles_up(own_engine, start, mode):
    server = start(f"local={address(own_engine)}", mode)
    own_engine.run("web", "sleep", "600")
    with connected(Viewer(server)) as viewer:
        eventually(lambda: is_true(viewer, own_engine))
        threads = thread_count(server)
        own_engine.freeze()
        try:
            eventually(lambda: viewer.engines["local"]["state"] == "stale", 20)
            eventually(lambda: viewer.engines["local"]["state"] == "down", 20)
            confirmed_at = status(server)["confirmed_at"]
            assert time.time() - confirmed_at > 8
            if mode == "threading":
                assert thread_count(server) <= threads + 10
        finally:
            own_engine.thaw()
        eventually(lambda: viewer.engines["local"]["state"] == "up")
        own_engine.run("after", "sleep", "600")
        eventually(lambda: is_true(viewer, own_engine))


def test_a_dead_engine_delays_no_other(engine, own_engine, start, mode):
    server = start(f"local={address(engine)};nas={address(own_engine)}", mode)
    with connected(Viewer(server)) as viewer:
        eventually(lambda: {status(server, e)["state"] for e in ("local", "nas")} == {"up"})
        own_engine.freeze()
        try:
            for number in range(5):
                name = f"c{number}"
                begun = time.monotonic()
                engine.run(name, "sleep", "600")
                eventually(lambda n=name: viewer.container(n))
                answer = viewer.act(name, "kill", engine="local")
                assert answer["ok"], answer
                assert time.monotonic() - begun < 5
            eventually(lambda: status(server, "nas")["state"] == "down")
            assert status(server, "local")["state"] == "up"
        finally:
            own_engine.thaw()
        eventually(lambda: status(server, "nas")["state"] == "up")


def test_each_reason_is_told_apart(own_engine, start):
    absent = own_engine.root / "nothing.sock"
    server = start(
        f"local={address(own_engine)};absent=unix://{absent};refused=tcp://127.0.0.1:9;"
        f"file=unix://{own_engine.root / 'containerd.toml'}"
    )
    eventually(lambda: status(server)["state"] == "up")
    eventually(lambda: status(server, "absent")["reason"] == "socket_absent")
    eventually(lambda: status(server, "refused")["reason"] == "connection_refused")
    eventually(lambda: status(server, "file")["state"] == "down")


def test_a_socket_that_goes_and_comes_back_needs_no_restart(own_engine, start):
    server = start(f"local={address(own_engine)}")
    with connected(Viewer(server)) as viewer:
        eventually(lambda: viewer.engines["local"]["state"] == "up")
        own_engine.hide_socket()
        # The open stream goes on, but nothing can be asked any more.
        eventually(lambda: viewer.engines["local"]["state"] == "down", 20)
        own_engine.show_socket()
        eventually(lambda: viewer.engines["local"]["state"] == "up")


def test_engine_events_tell_each_change_of_state_and_every_five_seconds(own_engine, start):
    server = start(f"local={address(own_engine)}")
    with connected(Viewer(server)) as viewer:
        told = lambda: [one["state"] for one in viewer.payloads("engine")]  # noqa: E731
        eventually(lambda: len(viewer.payloads("engine")) >= 2, 30)
        first, second = viewer.payloads("engine")[:2]
        assert set(first) == {"engine", "state", "reason", "confirmed_at", "timestamp"}
        assert 4.9 <= second["confirmed_at"] - first["confirmed_at"] < 9
        own_engine.kill()
        eventually(lambda: told()[-1] == "down")


def thread_count(server: Server) -> int:
    return len(os.listdir(f"/proc/{server.process.pid}/task"))
