"""Sweep the counters of every running container, and tell the rates to whoever watches.

One sweep serves all steps whose turn it is; each step has the counters of its own
last turn, so that its rates are true averages. `services/paces` knows who listens.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

from dockmon.domain.container import Container
from dockmon.domain.pace import step_for
from dockmon.domain.stats import COLUMNS, UNKNOWN, Counters, Sample, sample
from dockmon.ports import Clock, Publisher, StatsProbe
from dockmon.services.host_sampler import METRICS
from dockmon.services.inventory import Inventory
from dockmon.services.paces import IDLE_INTERVAL_SECONDS, Paces
from dockmon.services.supervisor import Supervisor

ID_DIGITS: Final = 12
# A paused container has processes too, and memory that somebody looks for.
ALIVE: Final = ("running", "paused")
# Half the quickest step. The kernel counts CPU in slices of 4 ms: rates over less are noise.
_SHORTEST_SECONDS: Final = 0.05

Known = tuple[Counters, Sample]


def stats_room(engine: str, step_seconds: float) -> str:
    """Name the room of those who want an engine's container stats at this step."""
    return f"stats.{engine}.{step_seconds:g}"


@dataclass(slots=True)
class _Turn:
    """What one step was told last, and the counters its next rates begin from."""

    known: dict[str, Known] = field(default_factory=dict)  # by container id
    rows: list[list[Any]] = field(default_factory=list)
    at: float | None = None  # Unix seconds; None while nothing is known
    monotonic: float = -1e9


@dataclass(slots=True)
class _Feed:
    """One engine: its probe, and the turns of its steps. One task sweeps, others ask."""

    engine: str
    probe: StatsProbe
    paces: Paces
    turns: dict[float, _Turn]
    asked: set[float] = field(default_factory=set)
    swept: threading.Condition = field(default_factory=threading.Condition)


class StatsSampler:
    """The latest numbers of every container."""

    def __init__(
        self,
        inventory: Inventory,
        probes: Mapping[str, StatsProbe],
        publisher: Publisher,
        supervisor: Supervisor,
        clock: Clock,
        interval_seconds: float,
    ) -> None:
        self._inventory = inventory
        self._publisher = publisher
        self._supervisor = supervisor
        self._clock = clock
        self.interval_seconds = interval_seconds
        self._feeds = {
            engine: _Feed(
                engine,
                probe,
                Paces(clock, interval_seconds, partial(self._is_watched, engine)),
                {interval_seconds: _Turn()},
            )
            for engine, probe in probes.items()
        }
        inventory.on_change(self._changed)

    def start(self) -> None:
        """Start a sweep for each engine: a slow one holds up no other."""
        for engine, feed in self._feeds.items():
            self._supervisor.keep(f"stats {engine}", partial(self._tick, feed))

    def stop(self) -> None:
        """End every wait, and let go of what the probes hold."""
        for feed in self._feeds.values():
            feed.paces.wake()
            feed.probe.close()

    def source(self, engine: str) -> tuple[str | None, str | None]:
        """Return where an engine's numbers come from, and why from there."""
        probe = self._feeds[engine].probe
        return probe.source, probe.reason

    def want(self, engine: str, step_seconds: float) -> None:
        """Somebody has come to watch at this step."""
        self._feeds[engine].paces.want(step_seconds)

    def payload(
        self, engine: str, patience_seconds: float, step_seconds: float | None = None
    ) -> dict[str, Any]:
        """Return a `container-stats` payload; measured anew when the last one is old.

        patience_seconds: how long to wait for a fresh sweep. Its timestamp is None while
        nothing is known of the engine. Raises: engine.unknown.
        """
        self._inventory.status(engine)
        feed = self._feeds[engine]
        step = step_for(step_seconds, self.interval_seconds)
        asked_at = self._clock.monotonic()
        with feed.swept:
            # Until its first turn a step has the usual one's numbers. A sweep for whoever
            # comes would be at their will, and its rates those of a moment.
            source = step if step in feed.turns else self.interval_seconds
            turn = feed.turns[source]
            if asked_at - turn.monotonic > source * 1.5:
                feed.asked.add(source)
                feed.paces.wake()
                feed.swept.wait_for(lambda: turn.monotonic >= asked_at, patience_seconds)
            return self._payload(engine, step, turn)

    def row(self, engine: str, reference: str, patience_seconds: float) -> dict[str, Any]:
        """Return one container's numbers by name; all None when it does not run.

        Raises: engine.unknown, container.not_found, request.invalid.
        """
        container = self._inventory.resolve(engine, reference)
        payload = self.payload(engine, patience_seconds)
        short_id = container.id[:ID_DIGITS]
        row = next((row for row in payload["rows"] if row[0] == short_id), (short_id, *UNKNOWN))
        return {
            "engine": engine,
            **dict(zip(COLUMNS, row, strict=True)),
            "interval_seconds": payload["interval_seconds"],
            "timestamp": payload["timestamp"],
        }

    # Sweeping.

    def _tick(self, feed: _Feed) -> None:
        with feed.swept:
            asked, feed.asked = feed.asked, set()
        due = {*feed.paces.due(), *asked}
        if due:
            self._sweep(feed, sorted(due))
        self._drop_unwatched(feed)
        feed.paces.wait()

    def _sweep(self, feed: _Feed, steps: list[float]) -> None:
        begun = self._clock.monotonic()
        # Of an engine that was never reached nothing is known, not even that nothing runs.
        is_known = self._inventory.status(feed.engine).confirmed_at is not None
        containers = self._inventory.containers(feed.engine).values()
        alive = [one for one in containers if one.state in ALIVE]
        counters = feed.probe.read(alive) if is_known else {}
        at = self._clock.time() if is_known else None
        for step in steps:
            turn = feed.turns.setdefault(step, _Turn())
            # A step's first turn begins where the usual one is, instead of with a gap.
            before = turn.known or feed.turns[self.interval_seconds].known
            known, rows = _measured(before, alive, counters)
            with feed.swept:
                turn.known, turn.rows, turn.at = known, rows, at
                turn.monotonic = self._clock.monotonic()
                feed.asked.discard(step)  # who asked meanwhile is answered, too
                feed.swept.notify_all()
            feed.paces.told(step, begun)
            room = stats_room(feed.engine, step)
            if is_known and self._publisher.has_listeners(METRICS, room):
                payload = self._payload(feed.engine, step, turn)
                self._publisher.publish(METRICS, room, "container-stats", payload)

    def _payload(self, engine: str, step: float, turn: _Turn) -> dict[str, Any]:
        return {
            "engine": engine,
            "interval_seconds": step,
            "columns": COLUMNS,
            "rows": turn.rows,
            "timestamp": turn.at,
        }

    def _is_watched(self, engine: str, step: float) -> bool:
        return self._publisher.has_listeners(METRICS, stats_room(engine, step))

    def _drop_unwatched(self, feed: _Feed) -> None:
        with feed.swept:
            for step in list(feed.turns):
                is_wanted = step == self.interval_seconds or step in feed.asked
                if not is_wanted and not self._is_watched(feed.engine, step):
                    del feed.turns[step]

    def _changed(self, engine: str, ids: frozenset[str]) -> None:
        feed = self._feeds[engine]
        known = self._inventory.containers(engine)
        stopped = [one for one in ids if one not in known or known[one].state not in ALIVE]
        if stopped:
            feed.probe.forget(stopped)
        turn = feed.turns[self.interval_seconds]
        is_old = self._clock.monotonic() - turn.monotonic > IDLE_INTERVAL_SECONDS
        if turn.at is None or (not turn.known and is_old):
            # The first list has come: without a reading now, the first viewer's rates
            # would have nothing to begin from.
            with feed.swept:
                feed.asked.add(self.interval_seconds)
            feed.paces.wake()


def _measured(
    before: dict[str, Known], alive: list[Container], counters: dict[str, Counters]
) -> tuple[dict[str, Known], list[list[Any]]]:
    """Return what is known of each container now, and its row."""
    known: dict[str, Known] = {}
    rows: list[list[Any]] = []
    for one in alive:
        now = counters.get(one.id)
        if now is None:
            rows.append([one.id[:ID_DIGITS], *UNKNOWN])
            continue
        earlier = before.get(one.id)
        if earlier is not None and _is_too_soon(earlier[0], now):
            known[one.id] = earlier
        else:
            begin = earlier[0] if earlier else None
            known[one.id] = now, sample(begin, now, one.state == "running")
        rows.append([one.id[:ID_DIGITS], *known[one.id][1]])
    return known, rows


def _is_too_soon(before: Counters, now: Counters) -> bool:
    """Say whether a reading repeats the last one, as a late source does, or almost does.

    The usual turn, which a step's first begins from, may have been a moment ago.
    """
    return before.life == now.life and 0 <= now.at - before.at < _SHORTEST_SECONDS
