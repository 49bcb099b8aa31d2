"""Nobody receives what they may not: every frame is looked at, as it was on the wire."""

from __future__ import annotations

import contextlib
import json
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from dockmon.domain.secrets import MASK
from tests.kit.clients import CONTAINERS, METRICS, Client
from tests.kit.raw import RAW, Raw, RawWebSocket
from tests.kit.server import Server
from tests.kit.waiting import eventually

FLEET = "local=simulated://?containers=8&churn=1200"
OFTEN = {
    "DOCKMON_CONTAINERS_INTERVAL": "0.3",
    "DOCKMON_HEARTBEAT_INTERVAL": "0.2",
    "DOCKMON_METRICS_INTERVAL": "0.2",
}
KINDS = ("heartbeat", "containers", "containers-delta", "metrics")
SECRET = "canary-91c4"


class Others:
    """Clients who together get all there is."""

    def __init__(self, server: Server) -> None:
        self._deltas = Client(server, namespaces=(CONTAINERS, METRICS))
        self._snapshots = Client(server)
        assert self._deltas.call("subscribe", {"mode": "delta"})["ok"]
        assert self._deltas.call("subscribe", {}, namespace=METRICS)["ok"]
        assert self._snapshots.call("subscribe", {})["ok"]

    def receive(self, times: int) -> None:
        """Wait until they have got so many more of each kind of message."""
        before = self._count()
        eventually(lambda: all(self._count()[one] >= before[one] + times for one in KINDS))

    def _count(self) -> Counter[str]:
        return Counter(event for one in self._clients for _, event, _ in list(one.got))

    @property
    def _clients(self) -> tuple[Client, Client]:
        return self._deltas, self._snapshots

    def close(self) -> None:
        for one in self._clients:
            one.close()


@pytest.fixture
def enter() -> Iterator[Callable[[Any], Any]]:
    """Have what it is given closed at the end of the test, before its server."""
    with contextlib.ExitStack() as stack:

        def entered(one: Any) -> Any:
            stack.callback(one.close)
            return one

        yield entered


def events(frames: list[str]) -> set[tuple[str, str]]:
    """Return the (namespace, event) of every event among frames."""
    told = [frame[2:].split(",", 1) for frame in frames if frame.startswith("42")]
    return {(namespace, json.loads(body)[0]) for namespace, body in told}


def await_frame_with(client: Raw, beginning: str, text: str) -> None:
    eventually(lambda: any(one.startswith(beginning) and text in one for one in client.frames))


def test_who_has_not_been_let_in_receives_nothing_of_what_others_get(
    start, mode, transport, enter, tmp_path
):
    server = start(FLEET, mode, command=("-m", "tests.kit.slow_door"), **OFTEN)
    silent, refused, waiting, doomed = (enter(RAW[transport](server)) for _ in range(4))
    refused.send('40/containers,{"token":"x.y.z"}')
    refused.await_frame("44/containers,")
    folders = {waiting: (tmp_path / "waiting", server.token()), doomed: (tmp_path / "doomed", "x")}
    for client, (folder, token) in folders.items():
        folder.mkdir()
        auth = {"token": token, "wait_in": str(folder)}
        client.send("40/containers," + json.dumps(auth))
        eventually((folder / "asked").exists, what="the check of the CONNECT")
        client.send('42/containers,["subscribe",{"mode":"delta"}]')

    enter(Others(server)).receive(times=3)

    assert waiting.frames[1:] == doomed.frames[1:] == []
    for folder, _ in folders.values():
        (folder / "go").touch()
    # Over one connection all is in order: what was sent until now comes before this.
    waiting.await_frame('42/containers,["connected"')
    for client in (silent, refused, doomed):
        client.send("40/nowhere,")
        client.await_frame("44/nowhere,")
    assert waiting.frames[1].startswith("40/containers,")
    assert waiting.frames[2].startswith('42/containers,["connected"')
    assert [frame.split(",")[0] for frame in silent.frames[1:]] == ["44/nowhere"]
    for client in (refused, doomed):
        assert [frame.split(",")[0] for frame in client.frames[1:]] == [
            "44/containers",
            "44/nowhere",
        ]


@pytest.mark.parametrize(
    ("namespace", "other", "kinds"),
    [
        (METRICS, CONTAINERS, {"connected", "heartbeat", "metrics"}),
        (CONTAINERS, METRICS, {"connected", "heartbeat", "containers"}),
    ],
)
def test_who_joined_one_namespace_receives_nothing_of_the_other(
    start, mode, enter, namespace, other, kinds
):
    server = start(FLEET, mode, **OFTEN)
    client = enter(RawWebSocket(server))
    client.join(namespace, server.token())
    client.call(namespace, 1, "subscribe", {})
    client.send(f'42{other},2["subscribe",{{}}]')
    enter(Others(server)).receive(times=3)
    client.call(namespace, 3, "unsubscribe", {})
    assert [frame for frame in client.frames[1:] if not frame[2:].startswith(namespace)] == []
    assert events(client.frames) >= {(namespace, kind) for kind in kinds}


@pytest.mark.parametrize("wanted", ["delta", "snapshot"])
def test_after_unsubscribe_only_heartbeats_and_errors_arrive(start, mode, enter, wanted):
    server = start(FLEET, mode, **OFTEN)
    others, client = enter(Others(server)), enter(RawWebSocket(server))
    for namespace, asked in ((CONTAINERS, {"mode": wanted}), (METRICS, {})):
        client.join(namespace, server.token())
        client.call(namespace, 1, "subscribe", asked)
    others.receive(times=2)
    for namespace in (CONTAINERS, METRICS):
        client.call(namespace, 2, "unsubscribe", {})
    others.receive(times=2)  # what was being sent at that moment has been
    client.call(CONTAINERS, 3, "unsubscribe", {})
    seen = len(client.frames)

    client.send('42/containers,["resync",{"engine":"nope"}]')
    others.receive(times=3)
    client.call(CONTAINERS, 4, "unsubscribe", {})

    assert events(client.frames[:seen]) > {(CONTAINERS, "heartbeat"), (METRICS, "metrics")}
    assert events(client.frames[seen:]) == {
        (CONTAINERS, "heartbeat"),
        (METRICS, "heartbeat"),
        (CONTAINERS, "error"),
    }


@pytest.mark.parametrize("role", ["viewer", "operator"])
def test_who_may_not_see_secrets_is_never_told_one(start, mode, engine, enter, role):
    server = start(f"local=unix://{engine.socket}", mode, **OFTEN)
    eventually(lambda: server.get("engines")["data"][0]["state"] == "up")
    tokens = {"admin": server.token(), role: server.add_user("vera", role)}
    clients = {
        (who, wanted): enter(RawWebSocket(server))
        for who in tokens
        for wanted in ("delta", "snapshot")
    }
    for (who, wanted), client in clients.items():
        client.join(CONTAINERS, tokens[who])
        client.call(CONTAINERS, 1, "subscribe", {"mode": wanted})

    engine.run("web", "sleep", "600", Labels={"api.token": SECRET, "note": "plain"})
    event = {"delta": "containers-delta", "snapshot": "containers"}
    for (_, wanted), client in clients.items():
        await_frame_with(client, f'42/containers,["{event[wanted]}"', '"plain"')
    for client in clients.values():
        client.call(CONTAINERS, 2, "resync", {"engine": "local"})
        client.call(CONTAINERS, 3, "subscribe", {"mode": "delta"})

    for (who, wanted), client in clients.items():
        text = "\n".join(client.frames)
        seen = (SECRET in text, MASK in text)
        assert seen == ((True, False) if who == "admin" else (False, True)), (who, wanted)
