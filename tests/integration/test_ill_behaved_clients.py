"""Clients that do what no library does, before and after sign-in; nobody pays for them."""

from __future__ import annotations

import base64
import json
import os
import socket
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.kit.clients import CONTAINERS
from tests.kit.raw import RawPolling
from tests.kit.server import Server


def handshake(server: Server, sid: str = "", **left_out: bool) -> str:
    """Return a WebSocket handshake, without the headers left out."""
    headers = {
        "Connection": "Upgrade",
        "Sec-WebSocket-Key": base64.b64encode(os.urandom(16)).decode(),
        "Sec-WebSocket-Version": "13",
    }
    query = "EIO=4&transport=websocket" + (f"&sid={sid}" if sid else "")
    lines = [f"GET /socket.io/?{query} HTTP/1.1", f"Host: 127.0.0.1:{server.port}"]
    lines += ["Upgrade: websocket", *(f"{k}: {v}" for k, v in headers.items() if k not in left_out)]
    return "\r\n".join(lines) + "\r\n\r\n"


@contextmanager
def shaken_hands(server: Server, sid: str = "") -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", server.port), 30) as ws:
        ws.sendall(handshake(server, sid).encode())
        answer = b""
        while b"\r\n\r\n" not in answer:
            answer += ws.recv(1)
        assert b" 101 " in answer
        yield ws


def masked(text: str) -> bytes:
    return bytes([0x81, 0x80 | len(text), 0, 0, 0, 0]) + text.encode()


def polling(server: Server, sid: str = "", body: str | None = None) -> str:
    address = f"{server.url}/socket.io/?EIO=4&transport=polling" + (f"&sid={sid}" if sid else "")
    data = None if body is None else body.encode()
    with urllib.request.urlopen(address, data, timeout=60) as answer:
        return str(answer.read().decode())


@pytest.mark.parametrize("said", ["", "2probe"])
def test_an_upgrade_under_way_ends_with_its_session(start, mode, said):
    server = start(mode=mode)
    sid = json.loads(polling(server)[1:])["sid"]
    with shaken_hands(server, sid) as ws:
        if said:
            ws.sendall(masked(said))
            assert ws.recv(100) == b"\x81\x063probe"
        polling(server, sid, "1")
        ws.settimeout(10)
        assert ws.recv(100) == b""


@pytest.mark.parametrize("payload", [b"", b"x" * 125])
def test_pings_without_end_fill_no_memory_and_hold_up_nobody(start, mode, payload):
    server = start(mode=mode)
    ping = bytes([0x89, 0x80 | len(payload), 0, 0, 0, 0]) + payload
    before = resident_bytes(server)
    with shaken_hands(server) as ws:

        def flood() -> None:
            with suppress(OSError):
                while True:
                    ws.sendall(ping * 2000)

        flooding = threading.Thread(target=flood)
        flooding.start()
        until = time.monotonic() + 5
        while time.monotonic() < until and flooding.is_alive():
            assert server.request("GET", "/healthz", timeout=10).status == 200
            assert resident_bytes(server) - before < 12 * 1024 * 1024
            time.sleep(0.1)
        with suppress(OSError):
            ws.shutdown(socket.SHUT_RDWR)
        flooding.join()


def test_a_poll_left_over_ends_with_the_upgrade_and_ends_nothing(start, mode):
    server = start(mode=mode, DOCKMON_PING_INTERVAL="1", DOCKMON_PING_TIMEOUT="1.5")
    client = RawPolling(server)  # polls once; we poll besides
    client.join(CONTAINERS, server.token())
    sid = client._url.rpartition("sid=")[2]
    left_over: list[str] = []

    def poll() -> None:
        left_over.append(polling(server, sid))

    polls = [threading.Thread(target=poll, daemon=True) for _ in range(3)]
    for one in polls:
        one.start()
    time.sleep(0.3)
    with shaken_hands(server, sid) as ws:
        ws.sendall(masked("2probe"))
        assert ws.recv(100) == b"\x81\x063probe"
        ws.sendall(masked("5"))
        for one in polls:
            one.join(2)
        assert not any(one.is_alive() for one in polls)
        until = time.monotonic() + 4
        ws.settimeout(0.2)
        while time.monotonic() < until:
            with suppress(TimeoutError):
                data = ws.recv(10_000)
                assert data
                if b"\x81\x012" in data:
                    ws.sendall(masked("3"))


@pytest.mark.parametrize("name", ["Connection", "Sec-WebSocket-Key", "Sec-WebSocket-Version"])
def test_half_a_handshake_is_refused_without_a_traceback(start, mode, name):
    server = start(mode=mode)
    for sid in ("", json.loads(polling(server)[1:])["sid"]):
        with socket.create_connection(("127.0.0.1", server.port), 30) as ws:
            ws.sendall(handshake(server, sid, **{name: True}).encode())
            assert ws.recv(12) == b"HTTP/1.1 400"
    assert "Traceback" not in server.log


def resident_bytes(server: Server) -> int:
    fields = Path(f"/proc/{server.process.pid}/statm").read_text().split()
    return int(fields[1]) * 4096
