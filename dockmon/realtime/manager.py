"""Who is in which room, looked up from both sides.

The library asks every room of a namespace whether a client is in it when the client
leaves, and every client has a room of its own: n clients that go away at once cost n².
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import socketio

Member = tuple[str, str]  # (namespace, sid)


class Manager(socketio.Manager):  # type: ignore[misc]
    """The library's manager with an index of each client's rooms."""

    def __init__(self) -> None:
        super().__init__()
        self._rooms_of: dict[Member, set[str | None]] = {}

    def members(self, namespace: str, room: str) -> Mapping[str, str]:
        """Return sid -> eio_sid of a room: the room itself, not a copy."""
        members = self.rooms.get(namespace, {}).get(room)
        # The dict inside, as the library itself does: looking through the bidict costs
        # five times as much.
        return {} if members is None else members._fwdm

    def get_rooms(self, sid: str, namespace: str) -> list[str]:
        """Return the rooms a client is in."""
        return [room for room in self._rooms_of.get((namespace, sid), ()) if room is not None]

    def basic_enter_room(
        self, sid: str, namespace: str, room: str | None, eio_sid: str | None = None
    ) -> None:
        """Join a room, and note it."""
        super().basic_enter_room(sid, namespace, room, eio_sid=eio_sid)
        self._rooms_of.setdefault((namespace, sid), set()).add(room)

    def basic_leave_room(self, sid: str, namespace: str, room: str | None) -> None:
        """Leave a room, and forget it."""
        super().basic_leave_room(sid, namespace, room)
        rooms = self._rooms_of.get((namespace, sid))
        if rooms is not None:
            rooms.discard(room)
            if not rooms:
                del self._rooms_of[namespace, sid]

    def basic_disconnect(self, sid: str, namespace: str, **options: Any) -> None:
        """Leave all rooms."""
        for room in list(self._rooms_of.get((namespace, sid), ())):
            self.basic_leave_room(sid, namespace, room)
        self.callbacks.pop(sid, None)
        for pending in (self.pending_connect, self.pending_disconnect):
            sids = pending.get(namespace, [])
            if sid in sids:
                sids.remove(sid)
            if not sids:
                pending.pop(namespace, None)
