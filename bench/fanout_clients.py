"""Thousands of Socket.IO viewers in one process, as cheap as they can be made.

Raw WebSockets under one selector: every message is counted and its age noted, every
ping is answered, and nothing else is parsed. Orders come as JSON lines on standard
input, each answered with one. Counterpart: `fanout`, which gives the orders.
"""

from __future__ import annotations

import base64
import json
import os
import resource
import selectors
import socket
import struct
import sys
import time
from collections.abc import Callable
from typing import Any

from bench.figures import quantile

NAMESPACE = "/metrics"
# Asked for at once while connecting; more would only queue at the server.
_AT_ONCE = 50
_PONG = b"\x81\x81\0\0\0\0" + b"3"  # masked, as a client must, with a mask that does nothing
_UPGRADE = (
    "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: {host}\r\n"
    "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Key: {key}\r\n\r\n"
)


class Viewers:
    """All clients, and what they heard since they were last asked."""

    def __init__(self, address: tuple[str, int]) -> None:
        self._address = address
        self.selector = selectors.DefaultSelector()
        self.joined: list[Viewer] = []
        self.ages: list[float] = []  # seconds from the publisher's stamp to here
        self.pings = 0
        self.lost = 0

    def connect(self, count: int, token: str) -> dict[str, Any]:
        """Bring the number of connected clients to `count`."""
        begun = time.monotonic()
        asked = len(self.joined)
        while len(self.joined) < count:
            if self.lost:
                raise RuntimeError(f"{self.lost} clients were lost while connecting")
            while asked < count and asked - len(self.joined) < _AT_ONCE:
                Viewer(self, self._address, token)
                asked += 1
            self.turn(0.1)
        return {"seconds": time.monotonic() - begun}

    def watch(self, seconds: float) -> dict[str, Any]:
        """Listen for a while and return what came."""
        self.ages, self.pings, self.lost = [], 0, 0
        end = time.monotonic() + seconds
        while (rest := end - time.monotonic()) > 0:
            self.turn(rest)
        ages = self.ages or [0.0]
        return {
            "messages": len(self.ages),
            "pings": self.pings,
            "lost": self.lost,
            "p50_ms": 1000 * quantile(ages, 0.5),
            "p99_ms": 1000 * quantile(ages, 0.99),
            "max_ms": 1000 * max(ages),
        }

    def stall(self, count: int) -> dict[str, Any]:
        """Let so many of them read nothing from now on."""
        for viewer in self.joined[:count]:
            viewer.stall()
        return {}

    def drop(self) -> dict[str, Any]:
        """Hang up on all of them at once."""
        for viewer in self.joined:
            viewer.close()
        self.joined = []
        return {}

    def turn(self, seconds: float | None) -> None:
        """Hear what has come, waiting so long for it."""
        for key, _ in self.selector.select(seconds):
            key.data()


class Viewer:
    """One client."""

    def __init__(self, all_of_them: Viewers, address: tuple[str, int], token: str) -> None:
        self._all = all_of_them
        self._connect = f'40{NAMESPACE},{{"token":"{token}"}}'
        self._rest = b""
        self._socket = socket.create_connection(address)
        self._socket.setblocking(False)
        key = base64.b64encode(os.urandom(16)).decode()
        self._socket.sendall(_UPGRADE.format(host=f"{address[0]}:{address[1]}", key=key).encode())
        self._all.selector.register(self._socket, selectors.EVENT_READ, self._upgrade)

    def stall(self) -> None:
        """Read nothing any more, and leave the kernel little room to do it instead."""
        self._all.selector.unregister(self._socket)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)

    def close(self) -> None:
        """Hang up."""
        if self._socket in self._all.selector.get_map():
            self._all.selector.unregister(self._socket)
        self._socket.close()

    def _upgrade(self) -> None:
        self._rest += self._socket.recv(4096)
        head, end, rest = self._rest.partition(b"\r\n\r\n")
        if not end:
            return
        if b" 101 " not in head.partition(b"\r\n")[0]:
            raise RuntimeError(head.decode())
        self._rest = b""
        self._all.selector.modify(self._socket, selectors.EVENT_READ, self._read)
        self._take(rest)

    def _read(self) -> None:
        try:
            received = self._socket.recv(1 << 17)
        except OSError:
            received = b""
        if not received:
            self._all.lost += 1
            self.close()
            return
        self._take(received)

    def _take(self, received: bytes) -> None:
        data = self._rest + received if self._rest else received
        at, end = 0, len(data)
        while end - at >= 2:
            length, head = data[at + 1], 2
            if length == 126:
                head = 4
            elif length == 127:
                head = 10
            if end - at < head:
                break
            if head == 4:
                length = int.from_bytes(data[at + 2 : at + 4], "big")
            elif head == 10:
                length = int.from_bytes(data[at + 2 : at + 10], "big")
            if end - at < head + length:
                break
            self._heard(data, at + head, length)
            at += head + length
        self._rest = data[at:]

    def _heard(self, data: bytes, at: int, length: int) -> None:
        if data[at : at + 1] == b"2" and length == 1:
            self._all.pings += 1
            self._socket.send(_PONG)
        elif data.startswith(b"0", at):
            self._socket.send(_masked(self._connect.encode()))
        elif data.startswith(b"40", at):
            self._all.joined.append(self)
        elif data.startswith(b"44", at):
            raise RuntimeError(data[at : at + length].decode())
        else:
            stamp = data.find(b'"at":', at, at + 64)
            if stamp > 0:
                text = data[stamp + 5 : stamp + 30]
                sent = float(text.partition(b",")[0])
                self._all.ages.append(time.monotonic() - sent)


def _masked(payload: bytes) -> bytes:
    return b"\x81" + struct.pack("!BH", 0x80 | 126, len(payload)) + b"\0\0\0\0" + payload


def main() -> None:
    """Obey until standard input ends."""
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    told = json.loads(sys.stdin.readline())
    viewers = Viewers((told["host"], told["port"]))
    orders: dict[str, Callable[..., dict[str, Any]]] = {
        "connect": viewers.connect,
        "watch": viewers.watch,
        "stall": viewers.stall,
        "drop": viewers.drop,
    }

    def obey() -> None:
        line = sys.stdin.readline()
        if not line:
            sys.exit()
        order = json.loads(line)
        print(json.dumps(orders[order.pop("do")](**order)), flush=True)

    viewers.selector.register(sys.stdin, selectors.EVENT_READ, obey)
    print("ready", flush=True)
    while True:
        viewers.turn(None)  # pings want their answers between two orders too


if __name__ == "__main__":
    main()
