"""The watcher keeps the inventory true, whatever the engine does."""

from __future__ import annotations

import threading

import pytest

from dockmon.domain.actions import ActionRequest
from dockmon.engines.simulated_fleet import SimulatedFleet
from tests.kit.waiting import eventually
from tests.unit.services.live import Live, Viewer


@pytest.fixture
def live(request):
    options = getattr(request, "param", {})
    live = Live(SimulatedFleet(containers=12, seed=3), **options).start()
    yield live
    live.stop()


def act(live: Live, container_id: str, action: str, force: bool = False) -> None:
    request = ActionRequest(live.engine, container_id, action, force=force)
    live.watcher.client.act(container_id, request)


def running(live: Live) -> str:
    return next(one.id for one in live.truth().values() if one.state == "running")


def test_it_lists_the_engine_and_reads_details_once(live):
    eventually(lambda: live.state == "up" and live.is_true())
    assert all(one.details is not None for one in live.known().values())


def test_it_follows_events_without_waiting_for_a_list(live):
    eventually(live.is_true)
    act(live, running(live), "stop")
    eventually(live.is_true)


def test_it_heals_lost_events_at_the_next_reconcile():
    live = Live(SimulatedFleet(containers=12, seed=3), reconcile_interval_seconds=0.2).start()
    try:
        eventually(live.is_true)
        live.simulated.lose_events = True
        target = running(live)
        act(live, target, "restart")
        act(live, running(live), "stop")
        act(live, running(live), "remove", force=True)
        eventually(
            lambda: (
                {i: c.state for i, c in live.known().items()}
                == {i: c.state for i, c in live.truth().items()}
            )
        )
    finally:
        live.stop()


def test_it_says_down_at_once_when_refused_and_is_back_within_two_seconds(live):
    eventually(lambda: live.state == "up")
    live.simulated.refuse()
    eventually(lambda: live.state == "down", timeout=5)
    assert live.inventory.status(live.engine).reason == "connection_refused"
    assert live.known(), "the last known state is kept while it cannot be confirmed"
    live.simulated.recover()
    eventually(lambda: live.state == "up" and live.is_true(), timeout=5)


def test_it_reconnects_after_a_stream_that_ended_cleanly(live):
    eventually(live.is_true)
    live.simulated.lose_events = True
    act(live, running(live), "stop")
    live.simulated.lose_events = False
    live.simulated.cut_streams()
    eventually(live.is_true)
    assert live.state == "up"


def test_a_frozen_engine_becomes_stale_then_down_and_recovers(live):
    eventually(lambda: live.state == "up")
    live.simulated.freeze()
    eventually(lambda: live.state == "stale", timeout=15)
    eventually(lambda: live.state == "down", timeout=15)
    live.simulated.recover()
    eventually(lambda: live.state == "up" and live.is_true(), timeout=10)


def test_an_engine_that_never_answered_is_down_not_connecting():
    fleet = SimulatedFleet(containers=1)
    fleet.refuse("socket_absent")
    live = Live(fleet).start()
    try:
        eventually(lambda: live.state == "down")
        status = live.inventory.status(live.engine)
        assert (status.reason, status.confirmed_at) == ("socket_absent", None)
        assert live.known() == {}
        fleet.recover()
        eventually(lambda: live.state == "up" and live.is_true())
    finally:
        live.stop()


def test_nothing_is_missed_between_subscribing_and_listing():
    """A container that starts while the list is on its way (F8)."""
    fleet = SimulatedFleet(containers=4, seed=5)
    listing, go_on = threading.Event(), threading.Event()

    def hold(call: str) -> None:
        if call == "list" and not listing.is_set():
            listing.set()
            go_on.wait(10)

    fleet.before_answer = hold
    live = Live(fleet).start()
    try:
        assert listing.wait(10)
        target = next(one.id for one in fleet.containers.values() if one.state == "running")
        fleet.act(target, ActionRequest("local", target, "stop"), "local")
        go_on.set()
        eventually(live.is_true)
    finally:
        go_on.set()
        live.stop()


def test_viewers_that_came_at_any_time_end_with_the_engines_own_list(live):
    eventually(live.is_true)
    viewers = [Viewer(live)]
    for _ in range(30):
        act(live, running(live), "restart")
        viewers.append(Viewer(live))
    act(live, running(live), "remove", force=True)
    eventually(live.is_true)

    def told() -> bool:
        truth = {i: (c.state, c.name, c.details.started_at) for i, c in live.truth().items()}
        return all(
            {i: (c["state"], c["name"], c["started_at"]) for i, c in v.containers.items()} == truth
            for v in viewers
        )

    eventually(told)
    assert sum(viewer.gaps for viewer in viewers) == 0
