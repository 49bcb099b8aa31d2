"""What rooms are told: at once, merged, numbered, and masked by view."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from dockmon.domain.access import View
from dockmon.domain.actions import ActionRequest
from dockmon.domain.secrets import MASK
from dockmon.engines.simulated_fleet import SimulatedFleet
from dockmon.services.broadcaster import delta_room, engine_room, snapshot_room
from tests.kit.waiting import eventually
from tests.unit.services.live import FULL, Live, Viewer

MASKED = View(masked=True)


@pytest.fixture
def live():
    live = Live(SimulatedFleet(containers=20, seed=4)).start()
    eventually(live.is_true)
    yield live
    live.stop()


def said(live: Live, room: str, event: str) -> list[dict]:
    return [payload for where, what, payload in live.rooms.said if (where, what) == (room, event)]


def test_what_follows_within_the_window_is_merged(live):
    eventually(lambda: quiet(live))
    room = delta_room(live.engine, FULL)
    before = len(said(live, room, "containers-delta"))
    targets = [one.id for one in live.known().values() if one.state == "running"][:10]
    for target in targets:
        live.watcher.client.act(target, ActionRequest(live.engine, target, "pause"))
    eventually(lambda: all(live.known()[target].state == "paused" for target in targets))
    eventually(lambda: quiet(live))
    deltas = said(live, room, "containers-delta")[before:]
    told = [one["id"] for delta in deltas for one in delta["changed"]]
    assert set(told) >= set(targets)
    assert len(deltas) < len(told), "ten changes at once are fewer messages than changes"


def quiet(live: Live) -> bool:
    """Whether everything known was told."""
    _, _, told = live.broadcaster.numbers(live.engine, FULL)
    return told == live.known()


def test_numbers_follow_without_a_gap_in_every_room(live):
    for _ in range(5):
        target = next(one.id for one in live.known().values() if one.state == "running")
        live.watcher.client.act(target, ActionRequest(live.engine, target, "restart"))
    eventually(lambda: quiet(live))
    for view in (FULL, MASKED):
        last = 0
        for delta in said(live, delta_room(live.engine, view), "containers-delta"):
            assert delta["seq_from"] == last + 1
            count = len(delta["changed"]) + len(delta["removed"])
            assert delta["seq_to"] - delta["seq_from"] + 1 == count
            last = delta["seq_to"]
        assert last > 0


def test_a_snapshot_holds_all_that_happened_before_it(live):
    target = next(one for one in live.known().values() if one.state == "running")
    live.inventory.describe(
        live.engine, replace(target, name="renamed"), live.inventory.mark(live.engine)
    )
    payload = live.broadcaster.snapshot(live.engine, FULL)
    assert "renamed" in [one["name"] for one in payload["data"]]
    assert payload["summary"]["total"] == len(payload["data"])


def test_views_differ_only_by_what_is_masked(live):
    target = next(iter(live.known().values()))
    secret = replace(target, labels={**target.labels, "db.password": "hunter2", "plain": "x"})
    live.inventory.describe(live.engine, secret, live.inventory.mark(live.engine))
    shown = {
        view: next(
            one["labels"]
            for one in live.broadcaster.snapshot(live.engine, view)["data"]
            if one["id"] == target.id
        )
        for view in (FULL, MASKED)
    }
    assert shown[FULL]["db.password"] == "hunter2"
    assert shown[MASKED]["db.password"] == MASK
    assert shown[MASKED]["plain"] == "x"
    viewer = Viewer(live, MASKED)
    assert "hunter2" not in str(viewer.containers)


def test_snapshots_follow_a_change_at_most_once_a_second(live):
    eventually(lambda: quiet(live))
    room = snapshot_room(live.engine, FULL)
    target = next(one.id for one in live.known().values() if one.state == "running")
    before, begun = len(said(live, room, "containers")), time.monotonic()
    for number in range(12):
        action = "unpause" if number % 2 else "pause"
        live.watcher.client.act(target, ActionRequest(live.engine, target, action))
        state = "running" if number % 2 else "paused"
        eventually(lambda s=state: live.known()[target].state == s)
    last = lambda: said(live, room, "containers")[-1]  # noqa: E731
    seq = live.broadcaster.numbers(live.engine, FULL)[1]
    eventually(lambda: last()["seq"] == seq)
    assert len(said(live, room, "containers")) - before <= time.monotonic() - begun + 2


def test_the_engines_state_is_told_on_every_change(live):
    live.simulated.refuse()
    eventually(lambda: live.state == "down")
    live.simulated.recover()
    eventually(lambda: live.state == "up")
    states = [payload["state"] for payload in said(live, engine_room(live.engine), "engine")]
    assert states[0] == "up" and states[-2:] == ["down", "up"]
