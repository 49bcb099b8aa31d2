"""The namespace /metrics: how the machines are doing."""

from __future__ import annotations

from typing import Any

from flask_socketio import Namespace

from dockmon.realtime.boundary import Boundary, Handler, Session
from dockmon.realtime.rooms import Rooms, wanted_engines
from dockmon.schemas.events import AuthRefresh, SubscribeMetrics, Unsubscribe
from dockmon.services.host_sampler import METRICS, HostSampler, host_room
from dockmon.services.inventory import Inventory


class MetricsNamespace(Namespace):  # type: ignore[misc]
    """Answers the events of /metrics."""

    def __init__(
        self, boundary: Boundary, rooms: Rooms, inventory: Inventory, host_sampler: HostSampler
    ) -> None:
        super().__init__(METRICS)
        self._boundary = boundary
        self._rooms = rooms
        self._inventory = inventory
        self._host_sampler = host_sampler
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
        self._rooms.become(session, set(map(host_room, engines)) if payload["host"] else set())
        if payload["host"]:
            self._host_sampler.wake()
        return {
            "engines": [
                {
                    "engine": engine,
                    "metrics": self._host_sampler.payload(engine) if payload["host"] else None,
                    "container_stats": None,
                }
                for engine in engines
            ]
        }

    def _unsubscribe(self, session: Session, _payload: dict[str, Any]) -> dict[str, Any]:
        self._rooms.become(session, set())
        return {}
