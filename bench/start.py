"""From the start of the process to the first snapshot, and what of it the imports alone take."""

from __future__ import annotations

import socket
import tempfile
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import socketio

from bench.children import Child
from bench.figures import Figure, Result, Scale, median, spread
from bench.fleet import engine_with
from tests.kit.server import Server

AIM_SECONDS = 1.0
_TRY_SECONDS = 0.005


def run(scale: Scale) -> Result:
    """Start again and again, the three kinds in turn, so that noise meets them alike."""
    simulated = f"local=simulated://?containers={scale.containers}"
    took: dict[str, list[float]] = {"imports": [], "real": [], "simulated": [], "fresh": []}
    with engine_with(scale.containers) as (engine, _), tempfile.TemporaryDirectory() as folder:
        engines = {"real": f"local=unix://{engine.socket}", "simulated": simulated}
        # The sign-in of a former run: to sign in needs the server that is being timed.
        before = Server(simulated, data_dir=Path(folder))
        token = before.token()
        before.stop()
        for _ in range(scale.starts):
            took["imports"].append(_imports())
            for kind, address in engines.items():
                took[kind].append(_first_snapshot(address, Path(folder), token, scale))
            took["fresh"].append(_fresh(simulated))
    after = [whole - alone for whole, alone in zip(took["real"], took["imports"], strict=True)]
    figures = [
        Figure("first snapshot, after the imports", median(after), "s", AIM_SECONDS),
        Figure("first snapshot, from process start", median(took["real"]), "s"),
        Figure("of it the imports alone", median(took["imports"]), "s"),
        Figure("first snapshot, simulated engine", median(took["simulated"]), "s"),
        Figure(
            "first start ever (makes database and admin) until it listens",
            median(took["fresh"]),
            "s",
        ),
    ]
    return Result("start", figures, {kind: spread(times) for kind, times in took.items()})


def _imports() -> float:
    begun = time.monotonic()
    with Child("bench.imports") as child:
        took = float(child.line()) - begun
        child.end()
    return took


def _fresh(engines: str) -> float:
    begun = time.monotonic()
    server = Server(engines)
    took = time.monotonic() - begun
    server.stop()
    return took


def _first_snapshot(engines: str, folder: Path, token: str, scale: Scale) -> float:
    """Start a server and return when a client that waited for it had the whole list."""
    port = _free_port()
    answered: list[tuple[float, Any]] = []
    begun = time.monotonic()
    client = threading.Thread(target=_ask, args=(port, token, answered), daemon=True)
    client.start()
    server = Server(engines, data_dir=folder, DOCKMON_PORT=str(port))
    try:
        client.join(60)
        at, answer = answered[0]
        first = answer["data"]["engines"][0]
        assert first["state"] == "up", first
        assert len(first["data"]) == scale.containers, len(first["data"])
        return at - begun
    finally:
        server.stop()


def _ask(port: int, token: str, answered: list[tuple[float, Any]]) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        with suppress(OSError):
            socket.create_connection(("127.0.0.1", port)).close()
            break
        time.sleep(_TRY_SECONDS)
    client = socketio.Client(reconnection=False)
    client.connect(
        f"http://127.0.0.1:{port}",
        auth={"token": token},
        transports=["websocket"],
        namespaces=["/containers"],
    )
    answer = client.call("subscribe", {"mode": "delta"}, namespace="/containers")
    answered.append((time.monotonic(), answer))
    client.disconnect()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])
