"""What dockmon costs while nobody watches: its own time on a core, and the engine's."""

from __future__ import annotations

import time
from collections.abc import Mapping

from bench.figures import Figure, Result, Scale
from bench.fleet import engine_with
from bench.processes import cpu_seconds
from tests.kit.server import Server

AIM_PERCENT = 1.0
_SETTLE_SECONDS = 10.0


def run(scale: Scale) -> Result:
    """Measure the engine without dockmon, with it, and without it again."""
    with engine_with(scale.containers) as (engine, _):
        time.sleep(_SETTLE_SECONDS)
        half = scale.idle_seconds / 2
        before = _percent({"dockerd": engine.pid}, half)["dockerd"]
        server = Server(f"local=unix://{engine.socket}")
        try:
            time.sleep(_SETTLE_SECONDS)
            pids = {"dockerd": engine.pid, "dockmon": server.process.pid}
            watched = _percent(pids, scale.idle_seconds)
        finally:
            server.stop()
        time.sleep(_SETTLE_SECONDS)
        after = _percent({"dockerd": engine.pid}, half)["dockerd"]
    baseline = (before + after) / 2
    return Result(
        "idle",
        [
            Figure("dockmon, of a core", watched["dockmon"], "%", AIM_PERCENT),
            Figure("dockerd on top of its own idling", watched["dockerd"] - baseline, "%"),
            Figure("dockerd idling before", before, "%"),
            Figure("dockerd idling after", after, "%"),
        ],
        {"seconds": scale.idle_seconds},
    )


def _percent(pids: Mapping[str, int], seconds: float) -> dict[str, float]:
    begun = time.monotonic()
    used = {name: cpu_seconds(pid) for name, pid in pids.items()}
    time.sleep(seconds)
    passed = time.monotonic() - begun
    return {name: 100 * (cpu_seconds(pid) - used[name]) / passed for name, pid in pids.items()}
