"""Who is in which room, looked up from both sides.

The library asks every room of a namespace whether a client is in it when the client
leaves, and every client has a room of its own: n clients that go away at once cost n².
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

import socketio

Member = tuple[str, str]  # (namespace, sid)


class Manager(socketio.Manager):  # type: ignore[misc]
    """The library's manager with an index of each client's rooms.

    Its own has no lock: of two threads, one would join a room that the other has just
    emptied and thrown away.
    """

    def __init__(self) -> None:
        super().__init__()
        self._rooms_of: dict[Member, set[str | None]] = {}
        self._lock = threading.RLock()

    def members(self, namespace: str, room: str | None) -> Mapping[str, str]:
        """Return sid -> eio_sid of a room: the room itself, not a copy."""
        members = self.rooms.get(namespace, {}).get(room)
        # The dict inside, as the library itself does: looking through the bidict costs
        # five times as much.
        return {} if members is None else members._fwdm

    def get_rooms(self, sid: str, namespace: str) -> list[str]:
        """Return the rooms a client is in."""
        return [room for room in self._rooms_of.get((namespace, sid), ()) if room is not None]

    def pre_connect(self, eio_sid: str, namespace: str) -> str | None:
        """Note a client whose CONNECT is being checked."""
        with self._lock:
            sid: str | None = super().pre_connect(eio_sid, namespace)
            return sid

    def connect(self, sid: str, namespace: str) -> str | None:
        """Note a client that was let in."""
        with self._lock:
            joined: str | None = super().connect(sid, namespace)
            return joined

    def pre_disconnect(self, sid: str, namespace: str) -> str | None:
        """Note a client that is about to be forgotten."""
        with self._lock:
            eio_sid: str | None = super().pre_disconnect(sid, namespace)
            return eio_sid

    def eio_sid_from_sid(self, sid: str, namespace: str) -> str | None:
        """Return the connection of a client."""
        return self.members(namespace, None).get(sid)

    def basic_enter_room(
        self, sid: str, namespace: str, room: str | None, eio_sid: str | None = None
    ) -> None:
        """Join a room, and note it."""
        with self._lock:
            super().basic_enter_room(sid, namespace, room, eio_sid=eio_sid)
            self._rooms_of.setdefault((namespace, sid), set()).add(room)

    def basic_leave_room(self, sid: str, namespace: str, room: str | None) -> None:
        """Leave a room, and forget it."""
        with self._lock:
            super().basic_leave_room(sid, namespace, room)
            rooms = self._rooms_of.get((namespace, sid))
            if rooms is not None:
                rooms.discard(room)
                if not rooms:
                    del self._rooms_of[namespace, sid]

    def basic_disconnect(self, sid: str, namespace: str, **options: Any) -> None:
        """Leave all rooms."""
        with self._lock:
            for room in list(self._rooms_of.get((namespace, sid), ())):
                self.basic_leave_room(sid, namespace, room)
            self.callbacks.pop(sid, None)
            for pending in (self.pending_connect, self.pending_disconnect):
                sids = pending.get(namespace, [])
                if sid in sids:
                    sids.remove(sid)
                if not sids:
                    pending.pop(namespace, None)
