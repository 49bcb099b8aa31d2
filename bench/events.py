"""How much later than a bare reader of the engine's events a client is told of the same event."""

from __future__ import annotations

import json
import time
from contextlib import ExitStack
from typing import Any

from bench.children import Child
from bench.figures import Figure, Result, Scale, quantile
from bench.fleet import PAUSES, RESTARTS, engine_with, make_events
from bench.matching import delays, gaps
from tests.kit.server import Server

AIM_P50_MS = 10.0
AIM_P99_MS = 50.0
_PAUSE_SECONDS = 0.12
_SETTLE_SECONDS = 1.0


def run(scale: Scale) -> Result:
    """Watch the same engine thrice, and compare the stamps."""
    with ExitStack() as stack:
        engine, ids = stack.enter_context(engine_with(scale.containers))
        server = Server(f"local=unix://{engine.socket}")
        stack.callback(server.stop)
        bare, control = (
            stack.enter_context(Child("bench.watchers", "engine", str(engine.socket)))
            for _ in range(2)
        )
        client = stack.enter_context(
            Child("bench.watchers", "dockmon", server.url, told={"token": server.token()})
        )
        watchers = (bare, control, client)
        for watcher in watchers:
            watcher.line()
        time.sleep(_SETTLE_SECONDS)
        # Two thirds pause and resume, one third dies and starts, which also makes
        # dockmon inspect and costs the machine more.
        third = scale.events // 3
        make_events(engine, ids, PAUSES, 2 * third, _PAUSE_SECONDS)
        make_events(engine, ids, RESTARTS, third, _PAUSE_SECONDS)
        time.sleep(_SETTLE_SECONDS)
        seen, again, told = (json.loads(watcher.end()) for watcher in watchers)
    return _result(*delays(seen, told), gaps(seen, again))


def _result(found: dict[str, list[float]], missing: int, noise: list[float]) -> Result:
    milliseconds = {
        action: [1000 * one for one in seconds] for action, seconds in sorted(found.items())
    }
    pooled = [one for group in milliseconds.values() for one in group]
    figures = [
        Figure("events compared", len(pooled), "events"),
        Figure("events that no client heard of", missing, "events", aim=1.0),
        Figure("p50 on top of a bare reader", quantile(pooled, 0.5), "ms", AIM_P50_MS),
        Figure("p99 on top of a bare reader", quantile(pooled, 0.99), "ms", AIM_P99_MS),
        Figure("the slowest", max(pooled), "ms"),
        Figure("p99 between two bare readers", 1000 * quantile(noise, 0.99), "ms"),
    ]
    details: dict[str, Any] = {}
    for action, group in milliseconds.items():
        details[action] = {
            "events": len(group),
            "p50_ms": round(quantile(group, 0.5), 2),
            "p99_ms": round(quantile(group, 0.99), 2),
            "max_ms": round(max(group), 2),
        }
        figures.append(Figure(f"p50, {action} alone", quantile(group, 0.5), "ms"))
    details["delays_ms"] = [round(one, 2) for one in pooled]
    return Result("events", figures, details)
