"""Actions: once, for who may, and answered whatever happens."""

from __future__ import annotations

import threading

import pytest

from dockmon.domain.access import Principal
from dockmon.domain.actions import ActionRequest
from dockmon.domain.errors import (
    Conflict,
    DockmonError,
    EngineTimedOut,
    EngineUnavailable,
    NotAllowed,
    NotFound,
    RateLimited,
)
from dockmon.engines.simulated_fleet import SimulatedFleet
from dockmon.runtime import SystemClock
from dockmon.services.actions import Actions
from tests.kit.waiting import eventually
from tests.unit.services.live import Live

OPERATOR = Principal("otto", "operator", "s1", 1e12)
OTHER = Principal("olga", "operator", "s2", 1e12)
VIEWER = Principal("vera", "viewer", "s3", 1e12)


@pytest.fixture
def live():
    live = Live(SimulatedFleet(containers=6, seed=2)).start()
    eventually(live.is_true)
    yield live
    live.stop()


@pytest.fixture
def actions(live):
    return Actions(live.fleet, SystemClock(), read_only=False)


def running(live: Live) -> str:
    return next(one.id for one in live.known().values() if one.state == "running")


def calls(live: Live) -> list[str]:
    seen: list[str] = []
    live.simulated.before_answer = seen.append
    return seen


def test_the_new_state_is_known_before_the_answer(live, actions):
    target = running(live)
    live.simulated.lose_events = True
    result = actions.act(OPERATOR, ActionRequest(live.engine, target, "stop"))
    assert result.changed
    assert live.known()[target].state == "exited"


def test_a_repeat_while_it_is_under_way_waits_for_the_one_answer(live, actions):
    target, held, go_on = running(live), threading.Event(), threading.Event()
    asked: list[str] = []

    def hold(call: str) -> None:
        if call == "act":
            asked.append(call)
            held.set()
            go_on.wait(20)

    live.simulated.before_answer = hold
    request = ActionRequest(live.engine, target, "restart", request_id="r")
    results: list[object] = []
    threads = [
        threading.Thread(target=lambda: results.append(actions.act(OPERATOR, request)))
        for _ in range(5)
    ]
    for thread in threads:
        thread.start()
    held.wait(20)
    go_on.set()
    for thread in threads:
        thread.join(20)
    assert len(results) == 5
    assert len(set(map(id, results))) == 1
    assert asked == ["act"]


def test_a_request_id_belongs_to_one_user_and_to_one_request(live, actions):
    target = running(live)
    first = ActionRequest(live.engine, target, "restart", request_id="r")
    mine = actions.act(OPERATOR, first)
    assert actions.act(OPERATOR, first) is mine
    assert actions.act(OTHER, first) is not mine
    with pytest.raises(Conflict, match="request"):
        actions.act(OPERATOR, ActionRequest(live.engine, target, "stop", request_id="r"))


def test_a_failure_is_repeated_as_a_failure(live, actions):
    live.simulated.freeze()
    request = ActionRequest(live.engine, running(live), "stop", request_id="r")
    with pytest.raises(EngineTimedOut):
        actions.act(OPERATOR, request)
    live.simulated.recover()
    with pytest.raises(EngineTimedOut):
        actions.act(OPERATOR, request)


def test_a_bug_answers_too_and_leaves_nobody_waiting(live, actions):
    def explode(call: str) -> None:
        if call == "act":
            raise ZeroDivisionError

    live.simulated.before_answer = explode
    request = ActionRequest(live.engine, running(live), "stop", request_id="r")
    with pytest.raises(ZeroDivisionError):
        actions.act(OPERATOR, request)
    with pytest.raises(DockmonError, match=r"internal\.error"):
        actions.act(OPERATOR, request)


def test_nobody_without_the_role_reaches_an_engine(live, actions):
    seen = calls(live)
    with pytest.raises(NotAllowed):
        actions.act(VIEWER, ActionRequest(live.engine, running(live), "stop"))
    with pytest.raises(NotAllowed, match="read_only"):
        Actions(live.fleet, SystemClock(), read_only=True).act(
            OPERATOR, ActionRequest(live.engine, running(live), "stop")
        )
    with pytest.raises(NotFound):
        actions.act(OPERATOR, ActionRequest(live.engine, "nope", "stop"))
    assert "act" not in seen


def test_an_engine_that_is_down_is_not_asked(live, actions):
    live.simulated.refuse()
    eventually(lambda: live.state == "down")
    seen = calls(live)
    with pytest.raises(EngineUnavailable):
        actions.act(OPERATOR, ActionRequest(live.engine, running(live), "stop"))
    assert "act" not in seen


def test_what_one_user_asks_makes_another_forget_nothing(live, monkeypatch):
    monkeypatch.setattr("dockmon.services.actions.REMEMBERED_REQUESTS", 3)
    actions = Actions(live.fleet, SystemClock(), read_only=False)
    target = running(live)
    first = actions.act(OPERATOR, ActionRequest(live.engine, target, "restart", request_id="r"))
    for number in range(3):
        with pytest.raises(NotFound):
            actions.act(OTHER, ActionRequest(live.engine, "nope", "stop", request_id=f"x{number}"))
    with pytest.raises(RateLimited):
        actions.act(OTHER, ActionRequest(live.engine, "nope", "stop", request_id="x3"))
    for _ in range(5):
        actions.act(OPERATOR, ActionRequest(live.engine, target, "restart"))
    again = ActionRequest(live.engine, target, "restart", request_id="r")
    assert actions.act(OPERATOR, again) is first


def test_what_would_end_dockmon_itself_is_refused_before_anybody_is_asked(live):
    own = running(live)
    actions = Actions(live.fleet, SystemClock(), read_only=False, own_container=own)
    for action in ("stop", "restart", "kill", "pause", "remove"):
        with pytest.raises(DockmonError) as refused:
            actions.act(OPERATOR, ActionRequest(live.engine, own[:12], action, force=True))
        assert refused.value.code == "container.conflict"
        assert refused.value.params == {"reason": "dockmon_itself"}
    assert live.truth()[own].state == "running"
    assert actions.act(OPERATOR, ActionRequest(live.engine, own, "stop", allow_self=True)).changed
