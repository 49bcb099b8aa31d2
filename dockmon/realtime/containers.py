"""The namespace /containers: live state out, actions in."""

from __future__ import annotations

import secrets
from typing import Any

from flask_socketio import Namespace

from dockmon.domain.access import View, view_of
from dockmon.domain.actions import ActionRequest, ActionResult
from dockmon.domain.errors import DockmonError
from dockmon.i18n import phrase, say
from dockmon.ports import Clock
from dockmon.realtime.boundary import Boundary, Handler, Session
from dockmon.realtime.rooms import Rooms, wanted_engines
from dockmon.schemas.events import (
    AuthRefresh,
    ContainerAction,
    Resync,
    SubscribeContainers,
    Unsubscribe,
)
from dockmon.services.actions import Actions, outcome_of
from dockmon.services.broadcaster import (
    CONTAINERS,
    Broadcaster,
    delta_room,
    engine_room,
    snapshot_room,
)
from dockmon.services.fleet import Fleet

_WAIT_CONNECTING_SECONDS = 2.0


class ContainersNamespace(Namespace):  # type: ignore[misc]
    """Answers the events of /containers."""

    def __init__(
        self,
        boundary: Boundary,
        rooms: Rooms,
        fleet: Fleet,
        broadcaster: Broadcaster,
        actions: Actions,
        clock: Clock,
    ) -> None:
        super().__init__(CONTAINERS)
        self._boundary = boundary
        self._rooms = rooms
        self._fleet = fleet
        self._broadcaster = broadcaster
        self._actions = actions
        self._clock = clock
        boundary.serve(
            CONTAINERS,
            {
                "subscribe": Handler(SubscribeContainers(), self._subscribe),
                "unsubscribe": Handler(Unsubscribe(), self._unsubscribe),
                "resync": Handler(Resync(), self._resync),
                "auth-refresh": Handler(AuthRefresh(), rooms.refresh_auth),
                "container-action": Handler(ContainerAction(), self._act, beside=True),
            },
        )

    def trigger_event(self, event: str, sid: str, *args: Any) -> None:
        self._boundary.came_or_went(CONTAINERS, event, sid, *args)

    def _subscribe(self, session: Session, payload: dict[str, Any]) -> dict[str, Any]:
        engines = wanted_engines(payload["engines"], self._fleet.inventory.engines)
        view = view_of(session.principal)
        own_room = delta_room if payload["mode"] == "delta" else snapshot_room
        wanted = {own_room(engine, view) for engine in engines} | set(map(engine_room, engines))
        # Joined first: what changes while the snapshot is built arrives as a delta.
        self._rooms.become(session, wanted)
        self._wait_settled(engines)
        return {"engines": [self._snapshot(engine, view) for engine in engines]}

    def _unsubscribe(self, session: Session, _payload: dict[str, Any]) -> dict[str, Any]:
        self._rooms.become(session, set())
        return {}

    def _resync(self, session: Session, payload: dict[str, Any]) -> dict[str, Any]:
        return self._snapshot(payload["engine"], view_of(session.principal))

    def _snapshot(self, engine: str, view: View) -> dict[str, Any]:
        return self._broadcaster.snapshot(engine, view)

    def _wait_settled(self, engines: list[str]) -> None:
        until = self._clock.monotonic() + _WAIT_CONNECTING_SECONDS
        for engine in engines:
            rest = until - self._clock.monotonic()
            if rest > 0:
                self._fleet.inventory.wait_settled(engine, rest)

    def _act(self, session: Session, payload: dict[str, Any]) -> dict[str, Any]:
        named = payload["request_id"] or secrets.token_hex(8)
        request = ActionRequest(**{**payload, "request_id": named})
        # Before it is done: afterwards it may be gone, and its ack is owed all the same.
        container_id = self._known(request)
        begun = self._clock.monotonic()
        failure: DockmonError | None = DockmonError()
        try:
            result = self._actions.act(session.principal, request)
            failure = None
        except DockmonError as error:
            error.request_id = named
            failure = error
            raise
        finally:
            if failure is not None and container_id is not None:
                took_seconds = self._clock.monotonic() - begun
                self._acknowledge_failure(session, request, container_id, failure, took_seconds)
        answer = result.as_message()
        self._boundary.send(session, "container-ack", self._acknowledgement(result))
        return answer

    def _acknowledgement(self, result: ActionResult) -> dict[str, Any]:
        return {
            **result.as_message(),
            "success": True,
            "message": phrase("ack.changed" if result.changed else "ack.already_so", {}),
            "timestamp": self._clock.time(),
        }

    def _known(self, request: ActionRequest) -> str | None:
        """Return the full id of the container meant, if it is known at all."""
        try:
            return self._fleet.resolve(request.engine, request.container).id
        except DockmonError:
            return None

    def _acknowledge_failure(
        self,
        session: Session,
        request: ActionRequest,
        container_id: str,
        error: DockmonError,
        took_seconds: float,
    ) -> None:
        message = say(error.code, error.params)
        self._boundary.send(
            session,
            "container-ack",
            {
                "success": False,
                "message": message,
                "action": request.action,
                "engine": request.engine,
                "container": container_id,
                "request_id": request.request_id,
                "took_seconds": round(took_seconds, 3),
                "outcome": outcome_of(error),
                "changed": None if outcome_of(error) == "unknown" else False,
                "error": {"code": error.code, "message": message, "params": error.params},
                "timestamp": self._clock.time(),
            },
        )
