"""The namespace /metrics: how the machines are doing, and the containers on them."""

from __future__ import annotations

from typing import Any, Final

from flask_socketio import Namespace

from dockmon.domain.access import Principal, require
from dockmon.domain.pace import step_for
from dockmon.ports import Clock
from dockmon.realtime.boundary import Boundary, Handler, Session
from dockmon.realtime.rooms import Rooms, wanted_engines
from dockmon.schemas.events import AuthRefresh, SubscribeMetrics, Unsubscribe
from dockmon.services.host_sampler import METRICS, HostSampler, host_room
from dockmon.services.inventory import Inventory
from dockmon.services.stats_sampler import StatsSampler, stats_room

# Long enough for a sweep of the kernel's files; an engine that must be asked for
# every container is slower, and tells at its next turn.
_PATIENCE_SECONDS: Final = 0.5


class MetricsNamespace(Namespace):  # type: ignore[misc]
    """Answers the events of /metrics."""

    def __init__(
        self,
        boundary: Boundary,
        rooms: Rooms,
        inventory: Inventory,
        host_sampler: HostSampler,
        stats_sampler: StatsSampler,
        clock: Clock,
    ) -> None:
        super().__init__(METRICS)
        self._boundary = boundary
        self._rooms = rooms
        self._inventory = inventory
        self._host_sampler = host_sampler
        self._stats_sampler = stats_sampler
        self._clock = clock
        boundary.serve(
            METRICS,
            {
                "subscribe": Handler(SubscribeMetrics(), self._subscribe),
                "unsubscribe": Handler(Unsubscribe(), self._unsubscribe),
                "auth-refresh": Handler(AuthRefresh(), rooms.refresh_auth),
            },
        )

    def trigger_event(self, event: str, sid: str, *args: Any) -> None:
        self._boundary.came_or_went(METRICS, event, sid, *args)

    def _subscribe(self, session: Session, payload: dict[str, Any]) -> dict[str, Any]:
        engines = wanted_engines(payload["engines"], self._inventory.engines)
        host, stats = payload["host"], payload["containers"]
        asked = payload["interval_seconds"]
        host_step = self._step(session.principal, asked, self._host_sampler.interval_seconds, host)
        stats_step = self._step(
            session.principal, asked, self._stats_sampler.interval_seconds, stats
        )
        wanted: set[str] = set()
        if host:
            wanted |= {host_room(engine, host_step) for engine in engines}
        if stats:
            wanted |= {stats_room(engine, stats_step) for engine in engines}
        self._rooms.become(session, wanted)
        if host:
            self._host_sampler.want(host_step)
        if stats:
            for engine in engines:
                self._stats_sampler.want(engine, stats_step)
        until = self._clock.monotonic() + _PATIENCE_SECONDS
        return {
            "engines": [
                {
                    "engine": engine,
                    "metrics": self._host_sampler.payload(engine) if host else None,
                    "container_stats": self._stats(engine, stats_step, until) if stats else None,
                }
                for engine in engines
            ]
        }

    def _stats(self, engine: str, step_seconds: float, until: float) -> dict[str, Any] | None:
        patience_seconds = max(0.0, until - self._clock.monotonic())
        payload = self._stats_sampler.payload(engine, patience_seconds, step_seconds)
        return payload if payload["timestamp"] is not None else None

    @staticmethod
    def _step(principal: Principal, asked: float | None, usual: float, is_wanted: bool) -> float:
        """Return the step asked for. Raises auth.not_allowed: a viewer may ask for slower only."""
        if is_wanted and asked is not None and asked < usual:
            require(principal, "operator")
        return step_for(asked, usual)

    def _unsubscribe(self, session: Session, _payload: dict[str, Any]) -> dict[str, Any]:
        self._rooms.become(session, set())
        return {}
