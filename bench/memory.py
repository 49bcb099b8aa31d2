"""What the server holds in memory after a while with clients, beside its imports alone."""

from __future__ import annotations

import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from bench.children import Child
from bench.figures import Figure, Result, Scale
from bench.fleet import churn, engine_with
from bench.processes import cpu_seconds, memory_mb
from tests.kit.clients import CONTAINERS, METRICS, Client
from tests.kit.server import Server

AIM_MB = 110.0
_READ_EVERY_SECONDS = 10.0
_CHANGE_EVERY_SECONDS = 2.0


def run(scale: Scale) -> Result:
    """Let clients of every kind watch an engine on which something happens now and then."""
    with ExitStack() as stack:
        engine, ids = stack.enter_context(engine_with(scale.containers))
        imports = stack.enter_context(Child("bench.imports"))
        imports.line()
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        # The first start ever makes the tables, and keeps what it loaded for that.
        server = Server(f"local=unix://{engine.socket}", data_dir=folder)
        first = _settled(server)
        server.stop()
        server = Server(f"local=unix://{engine.socket}", data_dir=folder)
        stack.callback(server.stop)
        alone = _settled(server)
        clients = [_client(server, number) for number in range(scale.clients)]
        for client in clients:
            stack.callback(client.close)
        stack.enter_context(churn(engine, ids, _CHANGE_EVERY_SECONDS))
        cpu = cpu_seconds(server.process.pid)
        readings = _readings(server, scale.memory_seconds)
        cpu = cpu_seconds(server.process.pid) - cpu
        _all_heard(clients)
        bare = memory_mb(imports.pid)
    return Result(
        "memory",
        [
            Figure("RSS at the end", readings[-1]["rss"], "MB", AIM_MB),
            Figure("PSS at the end", readings[-1]["pss"], "MB", AIM_MB),
            Figure("RSS, the highest seen", max(one["rss"] for one in readings), "MB", AIM_MB),
            Figure("RSS before the clients came", alone["rss"], "MB"),
            Figure("the same, first start on an empty data directory", first["rss"], "MB", AIM_MB),
            Figure("RSS of the bare imports", bare["rss"], "MB"),
            Figure("PSS of the bare imports", bare["pss"], "MB"),
            Figure("CPU meanwhile, of a core", 100 * cpu / scale.memory_seconds, "%"),
        ],
        {"seconds": scale.memory_seconds, "clients": scale.clients, "readings": readings},
    )


def _settled(server: Server) -> dict[str, float]:
    time.sleep(5)
    return memory_mb(server.process.pid)


def _client(server: Server, number: int) -> Client:
    """Connect one: half of them poll, every third wants full snapshots."""
    client = _Listener(
        server,
        transport="polling" if number % 2 else "websocket",
        namespaces=(CONTAINERS, METRICS),
    )
    for namespace, wanted in (
        (CONTAINERS, {"mode": "snapshot" if number % 3 == 0 else "delta"}),
        (METRICS, {}),
    ):
        answer = client.call("subscribe", wanted, namespace=namespace)
        assert answer["ok"], answer
    return client


class _Listener(Client):
    """Counts what it hears and keeps the last minute only."""

    heard = 0

    def on_event(self, namespace: str, event: str, payload: dict[str, Any]) -> None:
        self.heard += 1
        del self.got[:-60]


def _readings(server: Server, seconds: float) -> list[dict[str, float]]:
    begun = time.monotonic()
    readings = []
    while (passed := time.monotonic() - begun) < seconds:
        time.sleep(min(_READ_EVERY_SECONDS, seconds - passed))
        at = round(time.monotonic() - begun)
        readings.append({"at_seconds": at, **memory_mb(server.process.pid)})
    return readings


def _all_heard(clients: list[Client]) -> None:
    for client in clients:
        assert not client.disconnected.is_set(), "a client was lost on the way"
        assert client.payloads("metrics", METRICS), "a client heard nothing"
