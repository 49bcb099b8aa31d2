"""What a message to many viewers costs, beside Node's `socket.io` with the same payload.

Servers and viewers have a core each. Pings are part of the price; so is whatever else
dockmon does meanwhile, which is why its cost with nobody connected stands beside it.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from bench.children import Child
from bench.fanout_payload import EVENT, NAMESPACE, payload
from bench.figures import Figure, Result, Scale, quantile
from bench.processes import cpu_seconds, memory_mb, pin
from tests.kit.server import ADMIN, PASSWORD

INTERVAL_SECONDS = 1.0
P99_AIM_MS = 100.0
P99_AIM_VIEWERS = 500
LAG_AIM_MS = 50.0
SLOW_AIM_MB = 0.512
_SERVER_CORE, _VIEWERS_CORE = 0, 1
_SETTLE_SECONDS = 3.0
_LAG_SECONDS = 15.0
_SLOW_SHARE = 0.05
_SLOW_SECONDS = 40.0  # nine thousand bytes a second must come beyond every bound
_DROP_SECONDS = 10.0


def run(scale: Scale) -> Result:
    """Measure both servers in turn, so that what else goes on meanwhile meets both."""
    with ExitStack() as stack:
        benches = {
            "dockmon": _Bench(stack, *stack.enter_context(_dockmon(scale))),
            "node": _Bench(stack, *stack.enter_context(_node(scale))),
        }
        found: dict[str, Any] = {name: {"viewers": {}} for name in benches}
        for name, bench in benches.items():
            found[name]["alone"] = bench.window(scale.fanout_seconds / 2)
        for count in scale.viewers:
            for name, bench in benches.items():
                found[name]["viewers"][count] = measured = bench.fan_out(count, scale)
                print(f"{count} viewers, {name}: {measured}", file=sys.stderr, flush=True)
        for name, bench in benches.items():
            found[name]["lag"] = bench.lag()
            found[name]["slow"] = bench.slow(int(scale.viewers[-1] * _SLOW_SHARE))
            found[name]["drop"] = bench.drop()
    return Result("fanout", list(_figures(found, scale)), found)


class _Bench:
    """One server with its viewers."""

    def __init__(
        self, stack: ExitStack, server: Child, port: int, token: Callable[[], str]
    ) -> None:
        told = {"host": "127.0.0.1", "port": port}
        self._server = server
        self._token = token
        self._viewers = stack.enter_context(Child("bench.fanout_clients", told=told))
        pin(server.pid, _SERVER_CORE)
        pin(self._viewers.pid, _VIEWERS_CORE)
        self._viewers.line()

    def window(self, seconds: float) -> dict[str, Any]:
        """Return what the viewers heard in a while, and what the server needed for it."""
        before = cpu_seconds(self._server.pid)
        heard = self._ask("watch", seconds=seconds)
        used = cpu_seconds(self._server.pid) - before
        per_message = 1e6 * used / heard["messages"] if heard["messages"] else None
        return {**heard, "cpu_percent": 100 * used / seconds, "cpu_us_per_message": per_message}

    def fan_out(self, count: int, scale: Scale) -> dict[str, Any]:
        """Return what so many viewers cost, with messages and with pings alone."""
        connecting = self._ask("connect", count=count, token=self._token())
        self._ask("watch", seconds=_SETTLE_SECONDS)
        idle = self.window(scale.fanout_seconds)
        with self._publishing():
            fed = self.window(scale.fanout_seconds)
        memory = memory_mb(self._server.pid)["rss"]
        return {"connecting": connecting, "idle": idle, "fed": fed, "rss_mb": memory}

    def lag(self) -> dict[str, Any]:
        """Return how late the server's loop is while all of them are served."""
        self._token()
        with self._publishing():
            self._server.ask("lag")
            self._ask("watch", seconds=_LAG_SECONDS)
            return self._lags()

    def slow(self, count: int) -> dict[str, Any]:
        """Let some of them stop reading; return what the others notice, and the memory."""
        before = memory_mb(self._server.pid)["rss"]
        self._ask("stall", count=count)
        with self._publishing():
            others = self.window(_SLOW_SECONDS)
        grown = memory_mb(self._server.pid)["rss"] - before
        return {"count": count, "others": others, "grown_mb_each": grown / count}

    def drop(self) -> dict[str, Any]:
        """Let all of them hang up at once."""
        self._server.ask("lag")
        before = cpu_seconds(self._server.pid)
        self._ask("drop")
        time.sleep(_DROP_SECONDS)
        return {**self._lags(), "cpu_seconds": cpu_seconds(self._server.pid) - before}

    @contextmanager
    def _publishing(self) -> Iterator[None]:
        self._server.ask(f"publish {INTERVAL_SECONDS}")
        self._ask("watch", seconds=INTERVAL_SECONDS * 1.5)
        try:
            yield
        finally:
            self._server.ask("publish 0")
            self._ask("watch", seconds=INTERVAL_SECONDS)

    def _lags(self) -> dict[str, Any]:
        late = [1000 * one for one in self._server.ask("lags")]
        return {"p50_ms": quantile(late, 0.5), "p99_ms": quantile(late, 0.99), "max_ms": max(late)}

    def _ask(self, order: str, **options: Any) -> Any:
        return self._viewers.ask(json.dumps({"do": order, **options}))


@contextmanager
def _dockmon(scale: Scale) -> Iterator[tuple[Child, int, Callable[[], str]]]:
    interval, timeout = scale.ping_seconds
    with tempfile.TemporaryDirectory() as folder, (Path(folder) / "log").open("w") as log:
        environ = {k: v for k, v in os.environ.items() if not k.startswith("DOCKMON_")} | {
            "DOCKMON_ENGINES": "local=simulated://?containers=8",
            "DOCKMON_ASYNC_MODE": os.environ.get("DOCKMON_ASYNC_MODE", "eventlet"),
            "DOCKMON_PORT": "0",
            "DOCKMON_DATA_DIR": folder,
            "DOCKMON_ADMIN_USER": ADMIN,
            "DOCKMON_ADMIN_PASSWORD": PASSWORD,
            "DOCKMON_PING_INTERVAL": str(interval),
            "DOCKMON_PING_TIMEOUT": str(timeout),
            "DOCKMON_HEARTBEAT_INTERVAL": "3600",  # Node's server has none
        }
        with Child("bench.fanout_server", environ=environ, log=log) as server:
            port = int(server.line())
            yield server, port, _SignIn(port).token


@contextmanager
def _node(scale: Scale) -> Iterator[tuple[Child, int, Callable[[], str]]]:
    interval, timeout = scale.ping_seconds
    told = {
        "namespace": NAMESPACE,
        "event": EVENT,
        "payload": payload(),
        "ping_interval": interval,
        "ping_timeout": timeout,
    }
    environ = {**os.environ, "NODE_ENV": "production"}
    arguments = ("bench/fanout_peer.mjs", json.dumps(told))
    with Child(*arguments, program=("node",), environ=environ) as server:
        yield server, int(server.line()), lambda: "any"


class _SignIn:
    """One sign-in for all viewers. A run takes longer than an access token lives."""

    def __init__(self, port: int) -> None:
        self._api = f"http://127.0.0.1:{port}/api/v1/auth"
        self._tokens = self._ask("login", {"username": ADMIN, "password": PASSWORD})

    def token(self) -> str:
        """Return a new access token; the sockets of the old ones live on with it."""
        self._tokens = self._ask("refresh", {"refresh_token": self._tokens["refresh_token"]})
        return str(self._tokens["access_token"])

    def _ask(self, name: str, body: dict[str, str]) -> dict[str, Any]:
        told = json.dumps(body).encode()
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(f"{self._api}/{name}", told, headers)
        with urllib.request.urlopen(request, timeout=30) as answer:
            found: dict[str, Any] = json.load(answer)
            return found


def _figures(found: dict[str, Any], scale: Scale) -> Iterator[Figure]:
    ours, theirs = found["dockmon"], found["node"]
    for count in scale.viewers:
        mine, peer = ours["viewers"][count], theirs["viewers"][count]
        peers = peer["fed"]["cpu_us_per_message"]
        yield Figure(f"{count}: CPU per message", mine["fed"]["cpu_us_per_message"], "µs", peers)
        yield Figure(f"{count}: the same, Node", peers, "µs")
        yield Figure(f"{count}: p50", mine["fed"]["p50_ms"], "ms")
        aim = P99_AIM_MS if count == P99_AIM_VIEWERS else None
        yield Figure(f"{count}: p99", mine["fed"]["p99_ms"], "ms", aim)
        yield Figure(f"{count}: p50, Node", peer["fed"]["p50_ms"], "ms")
        yield Figure(f"{count}: p99, Node", peer["fed"]["p99_ms"], "ms")
        yield Figure(f"{count}: pings alone, of a core", mine["idle"]["cpu_percent"], "%")
        yield Figure(f"{count}: pings alone, Node", peer["idle"]["cpu_percent"], "%")
        yield Figure(f"{count}: viewers lost", mine["fed"]["lost"] + mine["idle"]["lost"], "", 1)
        yield Figure(f"{count}: RSS", mine["rss_mb"], "MB")
    yield Figure("nobody connected, of a core", ours["alone"]["cpu_percent"], "%")
    yield Figure("loop lag with all of them, p99", ours["lag"]["p99_ms"], "ms", LAG_AIM_MS)
    yield Figure("loop lag with all of them, longest", ours["lag"]["max_ms"], "ms")
    yield Figure("slow viewers", ours["slow"]["count"], "")
    yield Figure("memory for each of them", ours["slow"]["grown_mb_each"], "MB", SLOW_AIM_MB)
    yield Figure("p99 of the others", ours["slow"]["others"]["p99_ms"], "ms")
    yield Figure("p99 of the others, Node", theirs["slow"]["others"]["p99_ms"], "ms")
    yield Figure("all hang up: longest stall", ours["drop"]["max_ms"], "ms", LAG_AIM_MS)
    yield Figure("all hang up: longest stall, Node", theirs["drop"]["max_ms"], "ms")
    yield Figure("all hang up: time on the core", ours["drop"]["cpu_seconds"], "s")
