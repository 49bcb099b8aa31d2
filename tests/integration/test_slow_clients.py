"""Slow viewers are skipped and caught up; they cost the others nothing, and little memory."""

from __future__ import annotations

import json
import socket
import time
from pathlib import Path
from typing import Any

import pytest
import websocket

from tests.kit.clients import Viewer, connected
from tests.kit.server import Server
from tests.kit.waiting import eventually


class RawClient:
    """A WebSocket client that reads only when told to."""

    def __init__(self, server: Server) -> None:
        address = server.url.replace("http", "ws") + "/socket.io/?EIO=4&transport=websocket"
        self.ws = websocket.create_connection(
            address, timeout=60, sockopt=[(socket.SOL_SOCKET, socket.SO_RCVBUF, 8192)]
        )
        self.read()
        self.ws.send(f'40/containers,{{"token":"{server.token()}"}}')
        while not self.read().startswith('42/containers,["connected"'):
            pass

    def read(self) -> str:
        text = str(self.ws.recv())
        if text == "2":
            self.ws.send("3")
        return text

    def events(self) -> tuple[str, Any]:
        """Return the next (event or ack, payload)."""
        while True:
            text = self.read()
            kind, _, data = text.partition(",")
            if kind == "42/containers":
                event, payload = json.loads(data)
                return event, payload
            if kind.startswith("43/containers"):
                return "ack", json.loads(data[data.index("[") :])[0]

    def close(self) -> None:
        self.ws.close()


def resident_bytes(server: Server) -> int:
    fields = Path(f"/proc/{server.process.pid}/statm").read_text().split()
    return int(fields[1]) * 4096


@pytest.mark.parametrize("wanted", ["snapshot", "delta"])
def test_a_client_that_does_not_read_is_skipped_and_then_caught_up(start, mode, wanted):
    server = start(
        "local=simulated://?containers=400&churn=1200", mode, DOCKMON_CONTAINERS_INTERVAL="0.1"
    )
    eventually(lambda: server.get("engines")["data"][0]["state"] == "up")
    slow = RawClient(server)
    try:
        with connected(Viewer(server, mode="snapshot")) as healthy:
            slow.ws.send(f'42/containers,1["subscribe",{{"mode":"{wanted}"}}]')
            eventually(lambda: len(healthy.payloads("containers")) > 20, 120)
            before = resident_bytes(server)
            slow.ws.send('42/containers,2["resync",{"engine":"local"}]')
            count = len(healthy.payloads("containers"))
            eventually(lambda: len(healthy.payloads("containers")) > count + 80, 240)
            assert resident_bytes(server) - before < 40 * 1024 * 1024
            healthy.got.clear()
        acks, seq, caught_up = 0, 0, False
        until = time.monotonic() + 120
        while not (acks == 2 and caught_up):
            assert time.monotonic() < until, (acks, seq, caught_up)
            event, payload = slow.events()
            acks += event == "ack"
            if event == "containers":
                assert payload["seq"] >= seq, "never older than what came before"
                seq = payload["seq"]
                now = server.get("containers")["engines"][0]["seq"]
                caught_up = now - seq < 400
            elif event == "containers-delta":
                seq = payload["seq_to"]
                now = server.get("containers")["engines"][0]["seq"]
                caught_up = now - seq < 400
    finally:
        slow.close()


def test_a_stuck_client_is_disconnected_and_nobody_else_notices(start, mode):
    server = start(
        "local=simulated://?containers=900&churn=60",
        mode,
        DOCKMON_CONTAINERS_INTERVAL="3600",
        DOCKMON_PING_TIMEOUT="300",  # who answers pings and reads nothing is ended all the same
    )
    eventually(lambda: server.get("engines")["data"][0]["state"] == "up")
    slow = RawClient(server)
    try:
        with connected(Viewer(server)) as healthy:
            for number in range(12):
                slow.ws.send(f'42/containers,{number}["resync",{{"engine":"local"}}]')
            eventually(lambda: "reads nothing" in server.log, 120)
            assert healthy.call("unsubscribe")["ok"]
            assert not healthy.disconnected.is_set()
    finally:
        slow.close()
