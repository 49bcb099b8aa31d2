"""Put the Socket.IO edge together: server, guard, boundary, namespaces, loops."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from flask import Flask

from dockmon import __version__
from dockmon.config import Settings
from dockmon.domain.access import Principal
from dockmon.ports import Clock, Tasks
from dockmon.realtime.boundary import EVERYONE, Admit, Boundary
from dockmon.realtime.containers import ContainersNamespace
from dockmon.realtime.emitter import CATCH_UP_PAUSE_SECONDS, Emitter
from dockmon.realtime.guard import Guard
from dockmon.realtime.line import MAX_MESSAGE_BYTES
from dockmon.realtime.metrics import MetricsNamespace
from dockmon.realtime.rooms import Rooms
from dockmon.realtime.wire import JSON, SocketIO, TextPacket
from dockmon.services.actions import Actions
from dockmon.services.broadcaster import CONTAINERS, Broadcaster
from dockmon.services.fleet import Fleet
from dockmon.services.host_sampler import METRICS, HostSampler
from dockmon.services.stats_sampler import StatsSampler
from dockmon.services.supervisor import Supervisor

_ROUND_SECONDS: Final = 0.5


@dataclass(frozen=True, slots=True)
class Identity:
    """How clients are recognised; the factory makes it from accounts and tokens.

    admit: from a handshake's environ and `auth`. verify: from a bare token.
    standings: of each whether live, expired or revoked, from memory.
    """

    admit: Admit
    verify: Callable[[str], Principal]
    standings: Callable[[Iterable[Principal]], Sequence[str]]


class Realtime:
    """The Socket.IO server of one application."""

    def __init__(self, app: Flask, settings: Settings, async_mode: str, clock: Clock) -> None:
        quiet = logging.getLogger("dockmon.socketio")
        quiet.setLevel(logging.CRITICAL)
        self._settings = settings
        self._clock = clock
        self.socketio = SocketIO()
        self.socketio.init_app(
            app,
            async_mode=async_mode,
            json=JSON,
            serializer=TextPacket,
            async_handlers=False,  # order is the boundary's work
            cors_allowed_origins=[],  # the guard checks; this also keeps CORS headers away
            max_http_buffer_size=MAX_MESSAGE_BYTES,
            ping_interval=settings.ping_interval,
            ping_timeout=settings.ping_timeout,
            manage_session=False,
            logger=quiet,
            engineio_logger=quiet,
        )
        app.wsgi_app = Guard(app.wsgi_app)  # type: ignore[method-assign]
        self.server: Any = self.socketio.server
        # An empty option means the default namespace, which would let strangers in.
        self.server.namespaces = ()
        self.emitter = Emitter(self.server, clock)

    def attach(
        self,
        identity: Identity,
        fleet: Fleet,
        broadcaster: Broadcaster,
        actions: Actions,
        host_sampler: HostSampler,
        stats_sampler: StatsSampler,
        supervisor: Supervisor,
        tasks: Tasks,
    ) -> None:
        """Connect the services, and start the loops of this edge with the supervisor."""
        clock = self._clock
        self.boundary = Boundary(self.server, identity.admit, tasks, clock, self._greeting)
        self.rooms = Rooms(self.server, self.boundary, clock, identity.standings, identity.verify)
        for namespace in (
            ContainersNamespace(self.boundary, self.rooms, fleet, broadcaster, actions, clock),
            MetricsNamespace(
                self.boundary, self.rooms, fleet.inventory, host_sampler, stats_sampler, clock
            ),
        ):
            self.socketio.on_namespace(namespace)
        self._supervisor = supervisor

    def start(self) -> None:
        """Start the loops."""
        every = self._supervisor.every
        every("heartbeat", self._settings.heartbeat_interval, self._beat)
        every("round", _ROUND_SECONDS, self._look_round)
        every("catch up", CATCH_UP_PAUSE_SECONDS, self.emitter.catch_up)
        self._supervisor.keep("pings", self.server.eio.pings.turn)

    def stop(self) -> None:
        """Close every connection; clients see the transport close and come back later."""
        for client in list(self.server.eio.sockets.values()):
            client.close()

    def _look_round(self) -> None:
        """End who may not stay. One loop: what wakes up for little costs most."""
        self.rooms.end_stays()
        self.rooms.end_strangers()
        self.emitter.cut_stuck()

    def _beat(self) -> None:
        for namespace in (CONTAINERS, METRICS):
            if self.emitter.has_listeners(namespace, EVERYONE):
                payload = {"timestamp": self._clock.time()}
                self.emitter.publish(namespace, EVERYONE, "heartbeat", payload)

    def _greeting(self, principal: Principal) -> dict[str, Any]:
        settings = self._settings
        return {
            "server": "dockmon",
            "version": __version__,
            "protocol": 1,
            "user": {"username": principal.username, "role": principal.role},
            "intervals": {
                "metrics_seconds": settings.metrics_interval,
                "stats_seconds": settings.stats_interval,
                "containers_seconds": settings.containers_interval,
                "heartbeat_seconds": settings.heartbeat_interval,
            },
            "timestamp": self._clock.time(),
        }
