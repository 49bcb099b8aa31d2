"""What it costs to measure every container once a second, beside those who do the same.

Each watches alone for a while on one core, the engine has the other. What counts
is the watcher and what the engine does because of it: its daemon, containerd and
the shims together, on top of their own idling before and after.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

from bench.figures import Figure, Result, Scale
from bench.fleet import engine_with
from bench.processes import cpu_seconds, family, pids_naming, pin
from bench.report import FOLDER
from tests.kit.clients import METRICS, Client
from tests.kit.dockerd import Engine
from tests.kit.server import Server

PEER_VERSION = "4.5.8"
AIM_SHARE = 1 / 20
_SETTLE_SECONDS = 8.0
_WATCHER_CORE, _ENGINE_CORE = 1, 0


def run(scale: Scale) -> Result:
    """Measure every fleet with everybody who can watch it."""
    figures: list[Figure] = []
    details: dict[str, Any] = {"seconds": scale.collect_seconds}
    glances = _glances()
    costs: dict[int, float] = {}
    for count in scale.fleets:
        found = _measure(count, scale.collect_seconds, glances)
        details[str(count)] = found
        costs[count] = found["dockmon"]["together"]
        figures += _figures(count, found)
    figures += _growth(costs)
    return Result("collecting", figures, details)


def _figures(count: int, found: dict[str, Any]) -> list[Figure]:
    stats = found["docker stats"]["together"]
    own, alone = found["dockmon"], found["dockmon, nobody watching"]
    figures = [
        Figure(f"{count} containers: dockmon and what the engine adds", own["together"], "%"),
        Figure(f"{count}: of it dockmon with a viewer", own["watcher"], "%"),
        Figure(f"{count}: dockmon with nobody watching", alone["watcher"], "%"),
        Figure(f"{count}: docker stats, together", stats, "%"),
    ]
    if "Glances" in found:
        figures.append(Figure(f"{count}: Glances, together", found["Glances"]["together"], "%"))
    aim = AIM_SHARE if count == 50 else None
    share = own["together"] / stats if stats > 0 else float("nan")
    figures.append(Figure(f"{count}: dockmon as a share of docker stats", share, "", aim))
    return figures


def _growth(costs: dict[int, float]) -> list[Figure]:
    if len(costs) < 2:
        return []
    low, high = min(costs), max(costs)
    growth = (costs[high] / high) / (costs[low] / low)
    return [Figure(f"cost per container at {high}, times that at {low}", growth, "", 1.0)]


def _measure(count: int, seconds: float, glances: Path | None) -> dict[str, Any]:
    with engine_with(count) as (engine, _ids):
        time.sleep(_SETTLE_SECONDS)
        before = _percent(engine, [], seconds)["engine"]
        found: dict[str, Any] = {}
        for name, watcher in _watchers(engine, glances):
            with watcher as pid:
                time.sleep(_SETTLE_SECONDS)
                found[name] = _percent(engine, family(pid), seconds)
            time.sleep(_SETTLE_SECONDS)
        after = _percent(engine, [], seconds)["engine"]
    baseline = (before + after) / 2
    for one in found.values():
        one["engine"] -= baseline
        one["together"] = one["watcher"] + one["engine"]
    return {**found, "engine idling": {"before": before, "after": after}}


def _watchers(
    engine: Engine, glances: Path | None
) -> Iterator[tuple[str, AbstractContextManager[int]]]:
    yield "dockmon, nobody watching", _dockmon(engine, viewers=0)
    yield "dockmon", _dockmon(engine, viewers=1)
    command = ["docker", "-H", f"unix://{engine.socket}", "stats"]
    yield "docker stats", _process(command, {})
    if glances is not None:
        # The socket by its variable; everything but containers left as it comes.
        yield (
            "Glances",
            _process(
                [str(glances), "-w", "--time", "1", "-p", "61999", "-B", "127.0.0.1"],
                {"DOCKER_HOST": f"unix://{engine.socket}"},
            ),
        )


@contextmanager
def _dockmon(engine: Engine, viewers: int) -> Iterator[int]:
    server = Server(f"local=unix://{engine.socket}")
    try:
        pin(server.process.pid, _WATCHER_CORE)
        with contextlib.ExitStack() as stack:
            for _ in range(viewers):
                client = Client(server, namespaces=(METRICS,))
                stack.callback(client.close)
                answer = client.call("subscribe", {"host": False}, namespace=METRICS)
                assert answer["ok"], answer
            yield server.process.pid
            for source in server.get("engines")["data"]:
                assert source["stats_source"] == "cgroup", source
    finally:
        server.stop()


@contextmanager
def _process(command: Sequence[str], more: dict[str, str]) -> Iterator[int]:
    process = subprocess.Popen(
        command,
        env={**os.environ, **more},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        pin(process.pid, _WATCHER_CORE)
        yield process.pid
        assert process.poll() is None, f"{command[0]} ended by itself"
    finally:
        process.terminate()
        process.wait(20)


def _percent(engine: Engine, watchers: list[int], seconds: float) -> dict[str, float]:
    parts = {"engine": pids_naming(str(engine.root)), "watcher": watchers}
    for pid in parts["engine"]:
        pin(pid, _ENGINE_CORE)
    begun = time.monotonic()
    used = {name: sum(map(cpu_seconds, pids)) for name, pids in parts.items()}
    time.sleep(seconds)
    passed = time.monotonic() - begun
    return {
        name: 100 * (sum(map(cpu_seconds, pids)) - used[name]) / passed
        for name, pids in parts.items()
    }


def _glances() -> Path | None:
    """Install Glances into a virtual environment of its own; None where that fails."""
    folder = FOLDER / "peers" / f"glances-{PEER_VERSION}"
    command = folder / "bin" / "glances"
    if command.exists():
        return command
    wanted = f"glances[web,containers]=={PEER_VERSION}"
    try:
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        subprocess.run([folder / "bin" / "pip", "install", "-q", wanted], check=True)
    except (subprocess.CalledProcessError, OSError) as error:
        print(f"Glances is left out: {error}", file=sys.stderr)
        return None
    return command
