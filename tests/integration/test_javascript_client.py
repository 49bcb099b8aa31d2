"""The JavaScript client of Socket.IO against the real server: no call is lost, none answered twice."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from typing import Any

import pytest

from tests.kit.server import ROOT, Server
from tests.kit.waiting import eventually
from tests.project.running import node

SCRIPT = ROOT / "tests" / "js" / "support" / "acks.js"

Call = tuple[str, Any]  # event, payload


def restart(container: str, request_id: str) -> Call:
    asked = {"engine": "local", "container": container, "action": "restart"}
    return "container-action", {**asked, "request_id": request_id}


def sent_at_once(server: Server, transport: str, calls: list[Call]) -> dict[str, Any]:
    """Send these over one connection, none waiting for another; return what came back."""
    done = subprocess.run(
        [node(), str(SCRIPT), server.url, server.token(), transport],
        input=json.dumps(calls),
        capture_output=True,
        text=True,
        timeout=200,
    )
    assert done.returncode == 0, done.stderr
    report: dict[str, Any] = json.loads(done.stdout)
    assert (report["transport"], report["lost"]) == (transport, None)
    return report


@pytest.fixture
def ready(start: Callable[..., Server], mode: str) -> Server:
    server = start("local=simulated://?containers=8;nas=simulated://?containers=3", mode)
    eventually(lambda: {one["state"] for one in server.get("engines")["data"]} == {"up"})
    return server


@pytest.fixture
def ids(ready: Server) -> dict[str, str]:
    """The running containers, {name: full id}."""
    rows = ready.get("containers?engine=local&state=running")["data"]
    assert rows
    return {one["name"]: one["id"] for one in rows}


def test_forty_calls_at_once_are_answered_once_each(ready, transport, ids):
    names = list(ids)
    actions = [restart(names[turn % len(names)], f"turn-{turn}") for turn in range(20)]
    subscriptions = [("subscribe", {"engines": [one]}) for one in ("local", "nas") * 4]
    refused = [
        *((("bogus", {"number": turn}), "request.not_found") for turn in range(6)),
        *((restart("nowhere", f"nowhere-{turn}"), "container.not_found") for turn in range(2)),
        (("subscribe", {"mode": "both"}), "request.invalid"),
        (("subscribe", [1]), "request.invalid"),
        (("resync", "x"), "request.invalid"),
        (("resync", None), "request.invalid"),
    ]
    calls = [*actions, *(call for call, _ in refused), *subscriptions]
    assert len(calls) == 40

    report = sent_at_once(ready, transport, calls)

    times = list(report["times"].values())
    assert times == [1] * (len(calls) + 1), "one more is the script's own, at its end"
    answers = dict(zip(map(repr, calls), report["answers"], strict=True))
    for call, code in refused:
        assert answers[repr(call)]["error"]["code"] == code, call
    for _event, asked in actions:
        data = answers[repr(("container-action", asked))]["data"]
        assert (data["container"], data["request_id"]) == (
            ids[asked["container"]],
            asked["request_id"],
        )
    told = [answer["data"]["engines"][0]["engine"] for answer in report["answers"][-8:]]
    assert told == ["local", "nas"] * 4
    noticed = sorted(notice["request_id"] for notice in report["notices"])
    assert noticed == sorted(asked["request_id"] for _event, asked in actions)


def test_a_call_repeated_twenty_times_is_done_once_and_answered_twenty_times(ready, transport, ids):
    name = next(iter(ids))
    report = sent_at_once(ready, transport, [restart(name, "again")] * 20)
    assert report["answers"][0]["ok"]
    assert report["answers"] == [report["answers"][0]] * 20
    assert list(report["times"].values()) == [1] * 21
    assert [notice["request_id"] for notice in report["notices"]] == ["again"] * 20
    assert ready.log.count(f"to restart {name} ") == 1
