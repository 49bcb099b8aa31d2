"""Two who watch the same engine, each in a process of its own, and stamp what they hear.

`engine SOCKET` reads the engine's events and nothing else; `dockmon URL` is a
Socket.IO client in delta mode. Stamps are `time.monotonic()`, which all
processes of a machine share. Counterpart: `events`, which compares the two.
"""

from __future__ import annotations

import json
import os
import socket
import sys
import threading
import time
from typing import Any
from urllib.parse import quote

Note = tuple[float, str, str]
"""When, the container's id, and the action or the state."""

ACTIONS = ("pause", "unpause", "die", "start")


def watch_engine(path: str, notes: list[Note]) -> None:
    """Read `GET /events` as barely as it can be read."""
    filters = quote(json.dumps({"type": ["container"], "event": list(ACTIONS)}))
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connection.connect(path)
    # HTTP/1.0: the answer is not chunked, so every line is an event.
    connection.sendall(f"GET /events?filters={filters} HTTP/1.0\r\nHost: engine\r\n\r\n".encode())
    rest = b""
    while b"\r\n\r\n" not in rest:
        rest += connection.recv(65536)
    rest = rest.partition(b"\r\n\r\n")[2]

    def read() -> None:
        nonlocal rest
        while True:
            *lines, rest = rest.split(b"\n")
            at = time.monotonic()
            for line in filter(None, lines):
                said = json.loads(line)
                notes.append((at, said["Actor"]["ID"], said["Action"]))
            received = connection.recv(65536)
            if not received:
                return
            rest += received

    threading.Thread(target=read, daemon=True).start()


def watch_dockmon(url: str, token: str, notes: list[Note]) -> None:
    """Note every state that a snapshot or a delta tells of."""
    import socketio

    client = socketio.Client(reconnection=False)

    def delta(payload: dict[str, Any]) -> None:
        at = time.monotonic()
        notes.extend((at, one["id"], one["state"]) for one in payload["changed"])

    client.on("containers-delta", delta, namespace="/containers")
    client.connect(url, auth={"token": token}, transports=["websocket"], namespaces=["/containers"])
    answer = client.call("subscribe", {"mode": "delta"}, namespace="/containers")
    at = time.monotonic()
    for snapshot in answer["data"]["engines"]:
        notes[:0] = [(at, one["id"], one["state"]) for one in snapshot["data"]]


def main(kind: str, address: str) -> None:
    """Watch until standard input ends, then print the notes as JSON."""
    notes: list[Note] = []
    if kind == "engine":
        watch_engine(address, notes)
    else:
        watch_dockmon(address, json.loads(sys.stdin.readline())["token"], notes)
    print("ready", flush=True)
    sys.stdin.read()
    json.dump(notes, sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
    sys.stdout.flush()
    # The client's threads have nothing to add.
    os._exit(0)
