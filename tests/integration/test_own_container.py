"""dockmon does not end the container it runs in, over either edge, unless that is clearly meant."""

from __future__ import annotations

from typing import Any

import pytest

from tests.kit.clients import Client, connected
from tests.kit.dockerd import POLITE
from tests.kit.waiting import eventually

AS_CONTAINER = ("-m", "tests.kit.as_container")
REFUSED = {"code": "container.conflict", "params": {"reason": "dockmon_itself"}}
ENDING = ("stop", "restart", "kill", "pause", "remove")


@pytest.fixture
def own(engine) -> str:
    """The container dockmon takes for its own."""
    return str(engine.run("dockmon", *POLITE))


@pytest.fixture
def server(start, engine, own, mode):
    address = f"local=unix://{engine.socket}"
    server = start(address, mode, command=AS_CONTAINER, OWN_CONTAINER=own)
    eventually(lambda: len(server.get("containers")["data"]) == 1)
    return server


@pytest.fixture(params=["socketio", "rest"])
def ask(request, server):
    """Ask for an action; both edges answer {ok, code, params, message}."""

    def over_socket(action: str, **more: Any) -> dict[str, Any]:
        with connected(Client(server)) as client:
            answer = client.act("dockmon", action, **more)
        return {"ok": answer["ok"], **answer.get("error", {})}

    def over_rest(action: str, **more: Any) -> dict[str, Any]:
        answer = server.post("containers/local/dockmon/actions", {"action": action, **more})
        return {"ok": answer.status == 200, "message": answer.get("detail"), **answer}

    return over_socket if request.param == "socketio" else over_rest


def test_it_is_refused_in_words_and_nothing_is_done(ask, engine, own):
    for action in ENDING:
        answer = ask(action, **({"force": True} if action == "remove" else {}))
        assert not answer["ok"]
        assert {name: answer[name] for name in REFUSED} == REFUSED
        assert "dockmon runs in this container" in answer["message"]
    state = engine.inspect(own)["State"]
    assert (state["Running"], state["Paused"]) == (True, False)


def test_it_is_done_when_clearly_meant(ask, engine, own):
    assert ask("stop", allow_self=True)["ok"]
    assert not engine.inspect(own)["State"]["Running"]


def test_what_does_not_end_it_needs_no_leave(ask):
    assert ask("start")["ok"]
    assert ask("unpause")["ok"]


def test_the_leave_is_true_or_false(ask):
    answer = ask("stop", allow_self="yes")
    assert (answer["ok"], answer["code"]) == (False, "request.invalid")


def test_the_leave_is_documented_for_programs(server):
    document = server.request("GET", "/api/openapi.json")
    assert document["components"]["schemas"]["ActionBody"]["properties"]["allow_self"] == {
        "type": "boolean",
        "default": False,
    }


def test_others_need_no_leave(server, engine):
    engine.run("web", *POLITE)
    eventually(lambda: len(server.get("containers")["data"]) == 2)
    answer = server.post("containers/local/web/actions", {"action": "kill"})
    assert answer["outcome"] == "succeeded"
