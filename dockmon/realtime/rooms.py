"""Which rooms a client is in, and for how long it may stay.

Rooms are permissions: they are joined here, after sign-in, and nowhere else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from dockmon.domain.access import Principal, view_of
from dockmon.domain.errors import AuthExpired, AuthRequired, NotAllowed, NotFound
from dockmon.ports import Clock
from dockmon.realtime.boundary import Boundary, Session

UNJOINED_SECONDS = 10.0


def wanted_engines(asked: list[str] | None, known: Iterable[str]) -> list[str]:
    """Return the engines a subscription means. Raises engine.unknown."""
    names = list(known)
    if asked is None:
        return names
    for engine in asked:
        if engine not in names:
            raise NotFound("engine.unknown", engine=engine)
    return [engine for engine in names if engine in asked]


class Rooms:
    """Joins and leaves rooms, and ends the stay of those whose sign-in has ended."""

    def __init__(
        self,
        server: Any,
        boundary: Boundary,
        clock: Clock,
        standings: Callable[[Iterable[Principal]], Sequence[str]],
        verify: Callable[[str], Principal],
    ) -> None:
        self._server = server
        self._boundary = boundary
        self._clock = clock
        self._standings = standings
        self._verify = verify

    def become(self, session: Session, wanted: set[str]) -> None:
        """Leave every room not wanted any more and join the new ones."""
        for room in session.rooms - wanted:
            self._server.leave_room(session.sid, room, namespace=session.namespace)
        for room in wanted - session.rooms:
            self._server.enter_room(session.sid, room, namespace=session.namespace)
        session.rooms = wanted

    def refresh_auth(self, session: Session, payload: dict[str, Any]) -> dict[str, Any]:
        """Swap the token of a live socket for another of the same user."""
        principal = self._verify(payload["token"])
        if principal.username != session.principal.username:
            raise NotAllowed(reason="another_user")
        if view_of(principal) != view_of(session.principal):
            # Other rooms would be right now; the client connects again for those.
            raise NotAllowed(reason="another_role")
        session.principal = principal
        return {"expires_at": principal.expires_at}

    def end_stays(self) -> None:
        """Disconnect everyone whose sign-in has run out or was ended."""
        sessions = self._boundary.sessions()
        standings = self._standings(session.principal for session in sessions)
        for session, standing in zip(sessions, standings, strict=True):
            if standing == "live" or not session.opened.is_set():
                continue
            error = AuthExpired() if standing == "expired" else AuthRequired(reason=standing)
            self._boundary.tell_error(session, error)
            self._server.disconnect(session.sid, namespace=session.namespace)

    def end_strangers(self) -> None:
        """Close connections that have joined no namespace for too long."""
        now = self._clock.monotonic()
        strangers = self._server.eio.strangers
        for eio_sid, since in list(strangers.items()):
            client = self._server.eio.sockets.get(eio_sid)
            if client is None:
                strangers.pop(eio_sid, None)
            elif now - since > UNJOINED_SECONDS:
                client.cut()
