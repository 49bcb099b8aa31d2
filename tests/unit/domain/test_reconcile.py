"""The list is the truth; what only inspect tells is kept for one life."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from dockmon.domain.container import Container, Details
from dockmon.domain.engine_events import EngineEvent
from dockmon.domain.reconcile import Row, reconcile

ID = "a" * 64
ROW = Container("local", ID, "web", "nginx", "running", 100.0)
KNOWN = replace(ROW, details=Details(started_at=100.0, restarts=0, restart_policy="no"))


def one(known: Container | None, row: Row, seen: Row | None = None, since=(), elapsed=0.0):
    result = reconcile(
        "local",
        {ID: known} if known else {},
        {ID: seen} if seen else {},
        [row],
        since,
        elapsed,
    )
    return result.containers.get(ID), result.due


def test_it_keeps_details_within_a_life_and_asks_for_nothing():
    container, due = one(KNOWN, Row(ROW, age_seconds=60), Row(ROW, age_seconds=50))
    assert container == KNOWN
    assert not due


def test_it_drops_what_the_list_does_not_have():
    assert reconcile("local", {ID: KNOWN}, {}, []).containers == {}


def test_it_asks_for_details_of_what_is_new():
    container, due = one(None, Row(ROW))
    assert container == ROW
    assert due == {ID}


def test_it_sees_a_missed_end_by_the_state():
    exited = replace(ROW, state="exited")
    container, due = one(KNOWN, Row(exited, exit_code=1))
    assert container == exited
    assert due == {ID}


def test_it_sees_a_missed_restart_by_an_age_that_shrank():
    _, due = one(KNOWN, Row(ROW, age_seconds=3), Row(ROW, age_seconds=180))
    assert due == {ID}


def test_it_sees_a_missed_restart_by_an_age_that_has_not_grown_enough():
    _, due = one(KNOWN, Row(ROW, age_seconds=8), Row(ROW, age_seconds=5), elapsed=10)
    assert due == {ID}
    _, due = one(KNOWN, Row(ROW, age_seconds=14), Row(ROW, age_seconds=5), elapsed=10)
    assert not due
    _, due = one(KNOWN, Row(ROW, age_seconds=60), Row(ROW, age_seconds=58), elapsed=10)
    assert not due, "minutes are too coarse to compare with"


def test_it_sees_a_missed_run_by_another_exit_code():
    exited = replace(ROW, state="exited", details=Details(exit_code=0))
    _, due = one(exited, Row(replace(ROW, state="exited"), exit_code=137))
    assert due == {ID}


def test_it_takes_pausing_for_the_same_life():
    container, due = one(replace(KNOWN, health="healthy"), Row(replace(ROW, state="paused")))
    assert container is not None
    assert (container.state, container.health, container.details) == (
        "paused",
        "healthy",
        KNOWN.details,
    )
    assert not due


def test_it_keeps_health_where_the_list_is_silent_and_takes_it_where_it_speaks():
    sick = replace(KNOWN, health="unhealthy")
    assert one(sick, Row(ROW))[0] == sick
    well, _ = one(sick, Row(replace(ROW, health="healthy")))
    assert well is not None and well.health == "healthy"


def test_it_folds_events_read_meanwhile_over_an_older_list():
    died = EngineEvent("die", ID, 200.0, exit_code=9)
    container, due = one(KNOWN, Row(ROW), since=[died])
    assert container is not None and container.state == "exited"
    assert due == {ID}
    gone, _ = one(KNOWN, Row(ROW), since=[EngineEvent("destroy", ID, 200.0)])
    assert gone is None


# One id is created and destroyed once: an engine never gives it out again.
stories = st.lists(st.sampled_from(["start", "die", "pause", "unpause"]), max_size=8).flatmap(
    lambda middle: st.sampled_from([["create", *middle], ["create", *middle, "destroy"]])
)


@given(stories, st.integers(0, 10))
@settings(max_examples=300)
def test_it_ends_the_same_wherever_the_list_was_taken(story, taken_after):
    """A list taken at any point plus the later events equals the list at the end."""

    def truth(upto: int) -> str | None:
        state: str | None = None
        for action in story[:upto]:
            state = {
                "create": state or "created",
                "start": "running" if state in ("created", "exited") else state,
                "die": "exited" if state in ("running", "paused") else state,
                "pause": "paused" if state == "running" else state,
                "unpause": "running" if state == "paused" else state,
                "destroy": None,
            }[action]
        return state

    happened = [
        (number, EngineEvent(action, ID, float(number), "web", "nginx", 0))
        for number, action in enumerate(story)
        if truth(number) != truth(number + 1)
    ]
    state = truth(taken_after)
    rows = [Row(replace(ROW, state=state))] if state else []
    later = [event for number, event in happened if number >= taken_after]
    everything = [event for _, event in happened]  # most of it is in the list already
    for since in (later, everything):
        result = reconcile("local", {}, {}, rows, since)
        got = result.containers.get(ID)
        assert (got.state if got else None) == truth(len(story))
