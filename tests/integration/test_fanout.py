"""A message to many: in order, in whole frames, at nobody's expense. Both modes, both transports."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import websocket

from tests.kit.clients import CONTAINERS, Viewer, connected
from tests.kit.raw import RAW, Raw, RawPolling, RawWebSocket
from tests.kit.server import Server
from tests.kit.waiting import eventually

BUSY = "local=simulated://?containers=40&churn=1200"
SMALL_BUFFER = [(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)]


@pytest.fixture
def enter() -> Iterator[Callable[[Any], Any]]:
    """Have what it is given closed at the end of the test, before its server."""
    with ExitStack() as stack:

        def take(one: Any) -> Any:
            stack.callback(one.close)
            return one

        yield take


def joined_slowly(server: Server, enter: Callable[[Any], Any]) -> websocket.WebSocket:
    """Connect a client that reads only when told to, and has little room to put it."""
    address = server.url.replace("http", "ws") + "/socket.io/?EIO=4&transport=websocket"
    ws = enter(websocket.create_connection(address, timeout=60, sockopt=SMALL_BUFFER))
    ws.send(f'40{CONTAINERS},{{"token":"{server.token()}"}}')
    while not str(ws.recv()).startswith(f'42{CONTAINERS},["connected"'):
        pass
    return ws


def told(client: Raw) -> list[tuple[str, dict[str, Any]]]:
    """Return every (event, payload) in the order of arrival."""
    head = f"42{CONTAINERS},"
    return [json.loads(one[len(head) :]) for one in list(client.frames) if one.startswith(head)]


def payloads(client: Raw, event: str) -> list[dict[str, Any]]:
    return [payload for name, payload in told(client) if name == event]


@pytest.mark.parametrize("transport", RAW)
def test_acks_and_deltas_come_whole_and_in_order(start, enter, mode, transport):
    server = start(BUSY, mode)
    clients = [enter(RAW[transport](server)) for _ in range(4)]
    for client in clients:
        client.join(CONTAINERS, server.token())
        client.call(CONTAINERS, 0, "subscribe", {"mode": "delta"})
    for number in range(1, 40):
        for client in clients:
            client.send(f'42{CONTAINERS},{number}["resync",{{"engine":"local"}}]')
            if transport == "polling":
                client.await_frame(f"43{CONTAINERS},{number}[")
    for client in clients:
        client.await_frame(f"43{CONTAINERS},39[")
        eventually(lambda c=client: len(payloads(c, "containers-delta")) > 40)
        acks = [one for one in client.frames if one.startswith(f"43{CONTAINERS},")]
        answered = [int(one.split(",", 1)[1].split("[")[0]) for one in acks]
        assert answered == list(range(40))
        for ack in acks:
            assert json.loads(ack[ack.index("[") :])[0]["ok"]
        seq = None
        for event, payload in told(client):
            if event == "containers":  # on a busy machine one falls behind, and is caught up
                seq = payload["seq"]
            elif event == "containers-delta":
                assert seq in (None, payload["seq_from"] - 1)
                seq = payload["seq_to"]


def test_polling_clients_get_the_same_messages(start, enter, mode):
    server = start(BUSY, mode)
    clients = [enter(kind(server)) for kind in (RawWebSocket, RawPolling, RawPolling)]
    for client in clients:
        client.join(CONTAINERS, server.token())
        client.call(CONTAINERS, 0, "subscribe", {"mode": "delta"})
    for client in clients:
        eventually(lambda c=client: len(payloads(c, "containers-delta")) > 60)
    deltas = [{one["seq_to"]: one for one in payloads(c, "containers-delta")} for c in clients]
    shared = set.intersection(*map(set, deltas))
    assert len(shared) > 20
    for seq in shared:
        assert deltas[0][seq] == deltas[1][seq] == deltas[2][seq]


def test_a_frame_read_in_bits_stays_whole_among_pongs_and_messages(start, enter, mode):
    """The kernel takes a part of the first answer only; what follows must not end up inside it."""
    server = start("local=simulated://?containers=400&churn=1200", mode)
    ws = joined_slowly(server, enter)
    ws.send(f'42{CONTAINERS},0["subscribe",{{"mode":"delta"}}]')
    for number in range(1, 6):
        ws.send(f'42{CONTAINERS},{number}["resync",{{"engine":"local"}}]')
        ws.ping(f"p{number}")
    with connected(Viewer(server)) as other:
        eventually(lambda: len(other.payloads("containers-delta")) > 20)
    pongs, acks = [], []
    while len(pongs) < 5 or len(acks) < 6:
        opcode, frame = ws.recv_data_frame(control_frame=True)
        if opcode == websocket.ABNF.OPCODE_PONG:
            pongs.append(frame.data.decode())
        elif frame.data == b"2":
            ws.send("3")
        elif frame.data.startswith(b"43"):
            acks.append(json.loads(frame.data[frame.data.index(b"[") :])[0])
        else:
            json.loads(frame.data.partition(b",")[2])
    assert pongs == [f"p{number}" for number in range(1, 6)]
    assert all(ack["ok"] for ack in acks)


def test_clients_that_read_nothing_cost_half_a_megabyte_each_and_the_others_nothing(
    start, enter, mode
):
    server = start(
        "local=simulated://?containers=300&churn=1200", mode, DOCKMON_CONTAINERS_INTERVAL="0.2"
    )
    slow = [joined_slowly(server, enter) for _ in range(20)]
    viewer = enter(Viewer(server))
    snapshots = enter(Viewer(server, mode="snapshot"))
    eventually(lambda: len(snapshots.payloads("containers")) > 5)
    before = resident_bytes(server)
    for ws in slow:
        ws.send(f'42{CONTAINERS},1["subscribe",{{"mode":"snapshot"}}]')
        for number in range(2, 12):
            ws.send(f'42{CONTAINERS},{number}["resync",{{"engine":"local"}}]')
    seen = len(snapshots.payloads("containers"))
    eventually(lambda: len(snapshots.payloads("containers")) > seen + 30, 120)
    grown = resident_bytes(server) - before
    # Beside what they hold, threads bring stacks and heaps of their own.
    assert grown < len(slow) * 512 * 1024 + 12 * 1024 * 1024
    assert viewer.gaps == 0
    assert viewer.call("unsubscribe")["ok"]


@pytest.mark.parametrize("transport", RAW)
def test_who_does_not_answer_a_ping_is_closed_and_who_does_is_not(start, enter, mode, transport):
    server = start(mode=mode, DOCKMON_PING_INTERVAL="0.4", DOCKMON_PING_TIMEOUT="0.6")

    class Silent(RAW[transport]):  # type: ignore[name-defined]
        pinged_at = ended_at = 0.0

        def _take(self, frame: str) -> None:
            if frame == "2":
                self.pinged_at = time.monotonic()
            else:
                super()._take(frame)

        def _read(self) -> None:
            super()._read()
            self.ended_at = time.monotonic()

    class Answering(RAW[transport]):  # type: ignore[name-defined]
        pings = 0

        def _take(self, frame: str) -> None:
            self.pings += frame == "2"
            super()._take(frame)

    answering = enter(Answering(server))
    answering.join(CONTAINERS, server.token())
    silent = enter(Silent(server))
    silent.join(CONTAINERS, server.token())
    assert json.loads(silent.frames[0][1:])["pingInterval"] == 400
    assert json.loads(silent.frames[0][1:])["pingTimeout"] == 600
    eventually(lambda: silent.ended_at)
    assert silent.ended_at - silent.pinged_at > 0.5, "it had its time to answer"
    eventually(lambda: "disconnected from 127.0.0.1 on /containers: ping timeout" in server.log)
    before = answering.pings
    eventually(lambda: answering.pings >= before + 3)
    answering.call(CONTAINERS, 1, "unsubscribe", {})


def test_many_who_hang_up_at_once_leave_nothing_behind(start, enter, mode):
    server = start(mode=mode)
    with connected(Viewer(server)) as viewer:
        viewer.call("unsubscribe")
        descriptors = Path(f"/proc/{server.process.pid}/fd")
        before = len(list(descriptors.iterdir()))
        many = [joined_slowly(server, enter) for _ in range(120)]
        eventually(lambda: server.log.count("connected from") >= 121)
        for ws in many:
            ws.sock.shutdown(socket.SHUT_RDWR)
        eventually(lambda: server.log.count("disconnected from") >= 120)
        eventually(lambda: len(list(descriptors.iterdir())) <= before)
        assert viewer.call("unsubscribe")["ok"]
        assert not viewer.disconnected.is_set()


def resident_bytes(server: Server) -> int:
    fields = Path(f"/proc/{server.process.pid}/statm").read_text().split()
    return int(fields[1]) * 4096


def test_pings_take_no_thread_for_each_client(start, enter):
    server = start(mode="threading", DOCKMON_PING_INTERVAL="0.3", DOCKMON_PING_TIMEOUT="30")
    threads = Path(f"/proc/{server.process.pid}/task")

    class Counting(RawWebSocket):
        pings = 0

        def _take(self, frame: str) -> None:
            self.pings += frame == "2"
            super()._take(frame)

    def count() -> int:
        return len(list(threads.iterdir()))

    def connect(number: int) -> None:
        clients = [enter(Counting(server)) for _ in range(number)]
        for client in clients:
            client.join(CONTAINERS, server.token())
        eventually(lambda: min(client.pings for client in clients) >= 2)

    # The server starts threads of its own until it has served somebody.
    connect(4)
    before = count()
    connect(12)
    # One waits inside the HTTP request, and simple-websocket reads in another.
    eventually(lambda: count() <= before + 2 * 12 + 4)
