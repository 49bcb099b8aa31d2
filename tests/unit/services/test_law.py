"""The law under a thousand random steps: every viewer ends with the engine's own list."""

from __future__ import annotations

import random

import pytest

from dockmon.domain.access import View
from dockmon.domain.actions import ActionRequest
from dockmon.domain.errors import DockmonError
from dockmon.engines.simulated_fleet import SimulatedFleet
from tests.kit.waiting import eventually
from tests.unit.services.live import FULL, Live, Viewer

ACTIONS = ("start", "stop", "restart", "kill", "pause", "unpause", "remove")


def truth(live: Live) -> dict[str, tuple]:
    return {
        one.id: (one.state, one.name, one.details.exit_code, one.details.restarts)
        for one in live.truth().values()
    }


def told(viewer: Viewer) -> dict[str, tuple]:
    return {
        one["id"]: (one["state"], one["name"], one["exit_code"], one["restarts"])
        for one in viewer.containers.values()
    }


@pytest.mark.parametrize("seed", [1, 2])
def test_a_thousand_random_steps_on_the_simulated_engine(seed):
    chance = random.Random(seed)
    live = Live(SimulatedFleet(containers=40, seed=seed), reconcile_interval_seconds=0.5).start()
    viewers = []
    try:
        eventually(live.is_true)
        for number in range(1000):
            one_step(live, chance)
            if number % 100 == 50:
                viewers.append(Viewer(live, chance.choice([FULL, View(masked=True)])))
        live.simulated.lose_events = False
        live.simulated.recover()
        eventually(lambda: live.state == "up" and live.known_states() == live.true_states())
        for viewer in viewers:
            eventually(lambda v=viewer: told(v) == truth(live), what="what a viewer was told")
        assert sum(viewer.gaps for viewer in viewers) == 0
    finally:
        live.stop()


def one_step(live: Live, chance: random.Random) -> None:
    trouble = chance.random()
    if trouble < 0.01:
        live.simulated.cut_streams()
    elif trouble < 0.02:
        live.simulated.lose_events = not live.simulated.lose_events
    ids = list(live.simulated.containers)
    action = chance.choices(ACTIONS, weights=[4, 3, 4, 2, 2, 2, 0.2])[0]
    target = chance.choice(ids)
    request = ActionRequest(live.engine, target, action, force=chance.random() < 0.5)
    try:
        live.watcher.client.act(target, request)
    except DockmonError as refusal:
        assert refusal.code == "container.conflict"
