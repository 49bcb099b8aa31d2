"""Actions on a real engine: done once, answered once, the same over both edges."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest

from tests.kit.clients import CONTAINERS, Client, Viewer, connected
from tests.kit.server import Server
from tests.kit.waiting import eventually

STUBBORN = ("sh", "-c", "trap '' TERM; while :; do sleep 1; done")


@pytest.fixture(params=["socketio", "rest"])
def edge(request):
    """Act over Socket.IO or REST; both answer {ok, data | code}."""

    def over_socket(server: Server, container: str, action: str, **more: Any) -> dict[str, Any]:
        with connected(Client(server, token=more.pop("token", None))) as client:
            answer = client.act(container, action, **more)
            if answer["ok"]:
                return {"ok": True, **answer["data"]}
            return {"ok": False, "code": answer["error"]["code"]}

    def over_rest(server: Server, container: str, action: str, **more: Any) -> dict[str, Any]:
        engine, token = more.pop("engine", "local"), more.pop("token", None)
        answer = server.request(
            "POST", f"containers/{engine}/{container}/actions", {"action": action, **more},
            token=token or server.token(),
        )  # fmt: skip
        if answer.status == 200:
            return {"ok": True, **answer}
        return {"ok": False, "code": answer["code"]}

    return over_socket if request.param == "socketio" else over_rest


@pytest.fixture
def real(engine, start, mode):
    server = start(f"local=unix://{engine.socket}", mode, DOCKMON_CONTAINERS_INTERVAL="3600")
    eventually(lambda: server.get("engines")["data"][0]["state"] == "up")
    return server


def known(server: Server, name: str) -> None:
    """Wait until dockmon knows a container made behind its back."""
    eventually(lambda: any(c["name"] == name for c in server.get("containers")["data"]))


def state_of(server: Server, container_id: str) -> str | None:
    rows = server.get("containers")["data"]
    return next((one["state"] for one in rows if one["id"] == container_id), None)


def test_every_action_is_done_and_its_effect_known_by_the_time_of_the_answer(real, engine, edge):
    container_id = engine.create("web", "sleep", "600")
    known(real, "web")
    steps = [
        ("start", {}, "running"),
        ("pause", {}, "paused"),
        ("unpause", {}, "running"),
        ("restart", {"timeout_seconds": 0}, "running"),
        ("stop", {"timeout_seconds": 0}, "exited"),
        ("start", {}, "running"),
        ("kill", {"signal": "SIGKILL"}, "exited"),
        ("start", {}, "running"),
        ("remove", {"force": True}, None),
    ]
    for action, options, state in steps:
        answer = edge(real, container_id[:12], action, **options)
        assert answer["ok"], (action, answer)
        assert (answer["outcome"], answer["changed"]) == ("succeeded", True)
        assert answer["container"] == container_id
        assert answer["action"] == action
        assert answer["took_seconds"] >= 0 and answer["request_id"]
        if action != "kill":  # a signal is sent; what it does comes as a change
            assert state_of(real, container_id) == state, action
        eventually(lambda: state_of(real, container_id) == state)  # noqa: B023


def test_what_is_already_so_succeeds_unchanged_and_what_is_forbidden_conflicts(real, engine, edge):
    engine.run("web", "sleep", "600")
    engine.create("off", "sleep", "600")
    known(real, "off")
    for container, action, expected in [
        ("web", "start", False),
        ("off", "stop", False),
        ("off", "kill", "container.conflict"),
        ("off", "pause", "container.conflict"),
        ("web", "remove", "container.conflict"),
        ("web", "unpause", False),
        ("web", "pause", True),
        ("web", "pause", False),
    ]:
        answer = edge(real, container, action)
        assert answer.get("code", answer.get("changed")) == expected, (container, action, answer)


def test_unknown_things_and_forbidden_people_get_their_codes(real, engine, edge):
    engine.create("web")
    known(real, "web")
    viewer = real.add_user("vera", "viewer")
    operator = real.add_user("otto", "operator")
    for container, options, code in [
        ("nope", {}, "container.not_found"),
        ("web", {"engine": "nope"}, "engine.unknown"),
        ("web", {"token": viewer}, "auth.not_allowed"),
    ]:
        assert edge(real, container, "start", **options) == {"ok": False, "code": code}
    assert edge(real, "web", "start", token=operator)["ok"]


def test_two_stops_at_once_are_both_answered_truthfully(real, engine):
    engine.run("web", *STUBBORN)
    known(real, "web")
    answers: list[dict[str, Any]] = []

    def stop() -> None:
        answers.append(
            real.post("containers/local/web/actions", {"action": "stop", "timeout_seconds": 1})
        )

    threads = [threading.Thread(target=stop) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert [answer.status for answer in answers] == [200, 200]
    assert engine.inspect("web")["State"]["Status"] == "exited"


def test_a_repeated_request_id_gets_the_first_answer_and_does_nothing(real, engine):
    container_id = engine.run("web", "sleep", "600")
    known(real, "web")
    first = real.post(
        "containers/local/web/actions",
        {"action": "restart", "timeout_seconds": 0, "request_id": "r1"},
    )
    started = engine.inspect(container_id)["State"]["StartedAt"]
    again = real.post(
        "containers/local/web/actions",
        {"action": "restart", "timeout_seconds": 0, "request_id": "r1"},
    )
    assert dict(again) == dict(first)
    assert engine.inspect(container_id)["State"]["StartedAt"] == started
    other = real.post("containers/local/web/actions", {"action": "stop", "request_id": "r1"})
    assert (other.status, other["code"]) == (409, "request.conflict")
    with connected(Client(real)) as client:
        answer = client.act("web", "restart", timeout_seconds=0, request_id="r1")
        assert answer["data"] == dict(first), "the same over the other edge"


def test_the_sender_gets_a_container_ack_and_everybody_the_change(real, engine, transport):
    engine.run("web", "sleep", "600")
    known(real, "web")
    with (
        connected(Viewer(real, transport=transport)) as sender,
        connected(Viewer(real, mode="snapshot")) as other,
    ):
        assert sender.act("web", "stop", timeout_seconds=0)["ok"]
        eventually(lambda: sender.container("web")["state"] == "exited")
        eventually(lambda: other.container("web")["state"] == "exited")
        ack = sender.await_event("container-ack")
        assert set(ack) >= {
            "success", "message", "action", "engine", "container", "request_id",
            "took_seconds", "outcome", "changed", "timestamp",
        }  # fmt: skip
        assert (ack["success"], ack["outcome"], ack["changed"]) == (True, "succeeded", True)
        assert sender.act("web", "pause")["error"]["code"] == "container.conflict"
        eventually(lambda: len(sender.payloads("container-ack")) == 2)
        refused = sender.payloads("container-ack")[1]
        assert (refused["success"], refused["outcome"]) == (False, "failed")
        assert refused["error"]["code"] == "container.conflict"
        sender.act("nope", "stop")
        assert len(sender.payloads("container-ack")) == 2
        assert other.payloads("container-ack") == []


def test_actions_run_beside_each_other_and_beside_everything_else(real, engine):
    for number in range(4):
        engine.run(f"slow{number}", *STUBBORN)
    known(real, "slow3")
    with connected(Client(real)) as client:
        answers: list[dict[str, Any]] = []
        for number in range(4):
            client.sio.emit(
                "container-action",
                {
                    "engine": "local",
                    "container": f"slow{number}",
                    "action": "stop",
                    "timeout_seconds": 4,
                },
                namespace=CONTAINERS,
                callback=answers.append,
            )
        assert client.call("resync", {"engine": "local"})["ok"]
        assert not answers, "a subscription does not wait for an action"
        eventually(lambda: len(answers) == 4, 60)
        took = [answer["data"]["took_seconds"] for answer in answers]
        assert sum(took) > 2 * max(took), "they ran at the same time"


def test_no_ack_is_lost_over_either_transport(real, engine, transport):
    for number in range(5):
        engine.run(f"c{number}", "sleep", "600")
    known(real, "c4")
    with connected(Client(real, transport)) as client:
        answers: list[dict[str, Any]] = []
        for number in range(40):
            client.sio.emit(
                "container-action",
                {
                    "engine": "local",
                    "container": f"c{number % 5}",
                    "action": "pause" if number % 2 else "unpause",
                },
                namespace=CONTAINERS,
                callback=answers.append,
            )
        eventually(lambda: len(answers) == 40, 60)
        assert all("ok" in answer for answer in answers)
        eventually(lambda: len(client.payloads("container-ack")) == 40)


def test_an_unanswered_action_is_unknown_and_a_dead_engine_refuses_at_once(real, engine):
    engine.run("web", "sleep", "600")
    known(real, "web")
    with connected(Viewer(real)) as client:
        engine.freeze()
        answer = client.act("web", "stop", timeout_seconds=0)
        assert answer["ok"] is False
        assert answer["error"]["code"] in ("engine.timed_out", "engine.unavailable")
        if answer["error"]["code"] == "engine.timed_out":
            ack = client.await_event("container-ack")
            assert (ack["outcome"], ack["success"]) == ("unknown", False)
        eventually(lambda: client.engines["local"]["state"] == "down")
        begun = time.monotonic()
        answer = real.post("containers/local/web/actions", {"action": "start"})
        assert (answer.status, answer["code"]) == (503, "engine.unavailable")
        assert time.monotonic() - begun < 5
        engine.thaw()
        eventually(lambda: client.engines["local"]["state"] == "up")
        eventually(
            lambda: client.container("web")["state"] == engine.inspect("web")["State"]["Status"]
        )


def test_read_only_refuses_whoever_asks(engine, start, edge):
    engine.run("web", "sleep", "600")
    server = start(f"local=unix://{engine.socket}", DOCKMON_READ_ONLY="true")
    known(server, "web")
    assert edge(server, "web", "stop") == {"ok": False, "code": "auth.read_only"}
    assert engine.inspect("web")["State"]["Running"]


def test_references_that_no_container_can_have_reach_no_engine(real):
    for reference in ("..%2f..%2fimages", "%2e%2e", "a%00b", "-x", "x" * 129):
        answer = real.request("GET", f"containers/local/{reference}", token=real.token())
        assert answer.status in (400, 404), reference
