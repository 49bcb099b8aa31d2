"""What each event makes of a container."""

from __future__ import annotations

from dataclasses import replace

from dockmon.domain.container import Container, Details
from dockmon.domain.engine_events import EngineEvent, fold

ID = "a" * 64
RUNNING = Container(
    "local", ID, "web", "nginx", "running", 100.0, details=Details(started_at=100.0, restarts=0)
)


def event(action: str, at: float = 200.0, **facts) -> EngineEvent:
    return EngineEvent(action, ID, at, **facts)


def test_it_reads_exit_code_and_time_from_die():
    after = fold("local", RUNNING, event("die", exit_code=137))
    assert after is not None and after.details is not None
    assert (after.state, after.details.exit_code, after.details.finished_at) == ("exited", 137, 200)


def test_it_reads_the_time_from_start_and_forgets_the_last_exit():
    exited = replace(RUNNING, state="exited", details=Details(100.0, 150.0, 1, True, 2, "no"))
    after = fold("local", exited, event("start"))
    assert after is not None and after.details is not None
    assert (after.state, after.details.started_at, after.details.exit_code) == (
        "running",
        200,
        None,
    )
    assert after.details.oom_killed is False
    assert after.details.restarts == 2


def test_it_makes_a_container_of_create_and_of_nothing_else():
    made = fold("local", None, event("create", name="new", image="busybox", labels={"a": "b"}))
    assert made is not None
    assert (made.state, made.name, made.image, made.labels) == (
        "created",
        "new",
        "busybox",
        {"a": "b"},
    )
    for action in ("start", "die", "pause", "rename", "health_status"):
        assert fold("local", None, event(action)) is None


def test_it_removes_on_destroy_only():
    assert fold("local", RUNNING, event("destroy")) is None
    assert fold("local", RUNNING, event("kill")) == RUNNING
    assert fold("local", RUNNING, event("exec_create: sh")) == RUNNING


def test_it_pauses_unpauses_renames_and_notes_health_and_oom():
    paused = fold("local", RUNNING, event("pause"))
    assert paused is not None and paused.state == "paused"
    assert fold("local", paused, event("unpause")) == RUNNING
    renamed = fold("local", RUNNING, event("rename", name="other"))
    assert renamed is not None and renamed.name == "other"
    sick = fold("local", RUNNING, event("health_status", health="unhealthy"))
    assert sick is not None and sick.health == "unhealthy"
    killed = fold("local", RUNNING, event("oom"))
    assert killed is not None and killed.details is not None and killed.details.oom_killed


def test_it_ignores_events_of_a_life_that_is_past():
    restarted = replace(RUNNING, details=Details(started_at=300.0, finished_at=250.0))
    assert fold("local", restarted, event("die", at=250.0, exit_code=0)) == restarted
    ended = replace(RUNNING, state="exited", details=Details(100.0, 400.0, 0))
    assert fold("local", ended, event("start", at=300.0)) == ended


def test_no_pid_outlives_its_process():
    running = replace(RUNNING, details=Details(100.0, pid=77, has_own_network=False))
    for action, state in (("die", "exited"), ("start", "running")):
        after = fold("local", running, event(action))
        assert after is not None and after.details is not None
        assert (after.state, after.details.pid) == (state, None)
        assert after.details.has_own_network is False, "that is for all of its lives"
    paused = fold("local", running, event("pause"))
    assert paused is not None and paused.details is not None
    assert paused.details.pid == 77


def test_a_new_pid_alone_is_no_news():
    assert replace(RUNNING, details=Details(100.0, pid=77)) == replace(
        RUNNING, details=Details(100.0, pid=78)
    )
