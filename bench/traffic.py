"""How many bytes a viewer gets a second: deltas and columns, beside the plain way.

The plain way is what a feed without them sends for the same picture: every second
the full list of containers, and an object of stats for each of them. It is made
here from the same containers and numbers, and only counted.
"""

from __future__ import annotations

import json
import time
from typing import Any

import websocket

from bench.figures import Figure, Result, Scale
from tests.kit.server import Server

AIM_SHARE = 0.1
CONTAINERS = 100
CHANGES_A_MINUTE = 5  # of 100: five in a hundred, as the aim has it


def run(scale: Scale) -> Result:
    """Listen to everything the dashboard listens to, and count."""
    server = Server(f"local=simulated://?containers={CONTAINERS}&churn={CHANGES_A_MINUTE}")
    try:
        counted = _count(server, scale.traffic_seconds)
        plain = _plain(server)
    finally:
        server.stop()
    own = sum(counted.values()) / scale.traffic_seconds
    return Result(
        "traffic",
        [
            Figure("a second to one viewer, all of it", own / 1000, "kB"),
            *(
                Figure(f"of it {name}", size / scale.traffic_seconds / 1000, "kB")
                for name, size in sorted(counted.items(), key=lambda one: -one[1])
            ),
            Figure("the plain way, a second", plain / 1000, "kB"),
            Figure("as a share of the plain way", own / plain, "", AIM_SHARE),
        ],
        {"seconds": scale.traffic_seconds, "containers": CONTAINERS},
    )


def _count(server: Server, seconds: float) -> dict[str, int]:
    address = server.url.replace("http", "ws", 1) + "/socket.io/?EIO=4&transport=websocket"
    line = websocket.create_connection(address, timeout=60)
    try:
        line.recv()
        token = json.dumps({"token": server.token()})
        for namespace in ("/containers", "/metrics"):
            line.send(f"40{namespace},{token}")
        line.send('42/containers,1["subscribe",{"mode":"delta"}]')
        line.send('42/metrics,2["subscribe",{}]')
        _until_answered(line)
        return _listen(line, seconds)
    finally:
        line.close()


def _until_answered(line: Any) -> None:
    missing = {"43/containers,1", "43/metrics,2"}
    while missing:
        said = str(line.recv())
        missing = {start for start in missing if not said.startswith(start)}


def _listen(line: Any, seconds: float) -> dict[str, int]:
    """Return the bytes of every kind of message, the frames' heads included."""
    counted: dict[str, int] = {}
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        frame = line.recv_frame()
        size = len(frame.data)
        text = frame.data.decode()
        if text == "2":
            line.send("3")
        event = text.partition('["')[2].partition('"')[0] or "the rest"
        counted[event] = counted.get(event, 0) + size + (2 if size < 126 else 4)
    return counted


def _plain(server: Server) -> int:
    """Return what one second of the plain way takes: a list, and an object for each row."""
    listed = server.get("containers")
    (table,) = server.get("stats")["data"]
    messages = [{"engine": "local", "data": listed["data"], "timestamp": listed["timestamp"]}]
    messages += [
        {
            "engine": "local",
            **dict(zip(table["columns"], row, strict=True)),
            "timestamp": table["timestamp"],
        }
        for row in table["rows"]
    ]
    return sum(len(json.dumps(message, separators=(",", ":"))) + 4 for message in messages)
