"""The promise: for every client, snapshot plus deltas equals the engine's own list."""

from __future__ import annotations

import random
from typing import Any

import pytest

from tests.kit.clients import Viewer
from tests.kit.dockerd import Engine
from tests.kit.server import Server
from tests.kit.waiting import eventually


def listed(engine: Engine) -> dict[str, tuple[str, str, Any]]:
    """Ask the engine aside: {id: (name, state, exit code)}."""
    truth = {}
    for one in engine.api.containers(all=True):
        state = engine.inspect(one["Id"])["State"]
        ended = state["Status"] in ("exited", "dead")
        truth[one["Id"]] = (
            one["Names"][0].lstrip("/"),
            state["Status"],
            state["ExitCode"] if ended else None,
        )
    return truth


def told(viewer: Viewer) -> dict[str, tuple[str, str, Any]]:
    return {
        container_id: (one["name"], one["state"], one["exit_code"])
        for container_id, one in list(viewer.engines["local"]["containers"].items())
    }


def crowd(server: Server) -> list[Viewer]:
    return [
        Viewer(server, mode=mode, transport=transport)
        for mode in ("delta", "snapshot")
        for transport in ("websocket", "polling")
    ]


def one_step(engine: Engine, chance: random.Random, number: int) -> None:
    """Do one random thing to the engine, as somebody else would."""
    api, ids = engine.api, [one["Id"] for one in engine.api.containers(all=True)]
    step = chance.choice(["run", "create", "stop", "kill", "restart", "pause", "rename", "remove"])
    if step in ("run", "create") or not ids:
        if len(ids) < 8:
            make = engine.run if step == "run" else engine.create
            make(f"c{number}", "sh", "-c", f"sleep {chance.choice([0.1, 600])}; exit 3")
        return
    target = chance.choice(ids)
    try:
        if step == "stop":
            api.stop(target, timeout=0)
        elif step == "kill":
            api.kill(target)
        elif step == "restart":
            api.restart(target, timeout=0)
        elif step == "pause":
            paused = engine.inspect(target)["State"]["Paused"]
            (api.unpause if paused else api.pause)(target)
        elif step == "rename":
            api.rename(target, f"renamed{number}")
        else:
            api.remove_container(target, force=True)
    except Exception as refusal:
        # The state may forbid it; that is a step too, in which nothing changes.
        assert getattr(refusal, "status_code", None) in (404, 409, 500), refusal


LONG = [pytest.param(seed, marks=pytest.mark.soak) for seed in range(2, 12)]


@pytest.mark.parametrize("seed", [1, *LONG])
def test_a_hundred_random_steps_on_a_real_engine(engine, start, mode, seed):
    server = start(f"local=unix://{engine.socket}", mode)
    eventually(lambda: server.get("engines")["data"][0]["state"] == "up")
    viewers = crowd(server)
    chance = random.Random(seed)
    try:
        for number in range(100):
            one_step(engine, chance, number)
            if number % 25 == 24:
                viewers.append(Viewer(server))
                for viewer in viewers:
                    eventually(lambda v=viewer: told(v) == listed(engine), what="the truth")
        assert sum(viewer.gaps for viewer in viewers) == 0
        rest = server.get("containers")["data"]
        assert {one["id"]: (one["name"], one["state"], one["exit_code"]) for one in rest} == listed(
            engine
        )
    finally:
        for viewer in viewers:
            viewer.close()


def test_a_change_is_told_by_events_not_by_the_interval(engine, start, mode):
    server = start(f"local=unix://{engine.socket}", mode, DOCKMON_CONTAINERS_INTERVAL="3600")
    eventually(lambda: server.get("engines")["data"][0]["state"] == "up")
    viewer = Viewer(server)
    try:
        container_id = engine.run("web", "sleep", "600")
        eventually(lambda: viewer.states().get(container_id) == "running", 20)
        one = eventually(lambda: (viewer.container("web") or {}).get("started_at"), 20)
        assert one == pytest.approx(_started_at(server, container_id), abs=0.01)
        engine.api.kill(container_id)
        eventually(lambda: viewer.states().get(container_id) == "exited", 20)
        assert viewer.container("web")["exit_code"] == 137
        engine.api.rename(container_id, "other")
        eventually(lambda: viewer.container("other"), 20)
        engine.api.remove_container(container_id)
        eventually(lambda: container_id not in viewer.states(), 20)
    finally:
        viewer.close()


def _started_at(server: Server, container_id: str) -> float:
    rows = server.get("containers")["data"]
    return next(one["started_at"] for one in rows if one["id"] == container_id)


def test_restart_policies_health_and_oom_are_told_as_they_are(engine, start):
    server = start(f"local=unix://{engine.socket}")
    viewer = Viewer(server)
    try:
        policy = {"RestartPolicy": {"Name": "on-failure", "MaximumRetryCount": 2}}
        engine.run("loop", "sh", "-c", "exit 7", HostConfig=policy)
        check = {"Test": ["CMD", "false"], "Interval": 100_000_000, "Retries": 1}
        engine.run("sick", "sleep", "600", Healthcheck=check)
        eventually(lambda: (viewer.container("sick") or {}).get("health") == "unhealthy")
        ended = eventually(
            lambda: (
                (one := viewer.container("loop"))
                and one["state"] == "exited"
                and one["restarts"] == 2
                and one
            )
        )
        assert (ended["exit_code"], ended["restart_policy"]) == (7, "on-failure")
    finally:
        viewer.close()
