"""Send one message to a room: encoded once, slow clients skipped and caught up.

Engine.IO's queue per client has no limit, so its depth is looked at before every
send. The counterpart is `services/broadcaster`, which decides what to say.
"""

from __future__ import annotations

import logging
import threading
from contextlib import suppress
from typing import Any, Final

from engineio.exceptions import EngineIOError
from engineio.packet import MESSAGE
from engineio.packet import Packet as EnginePacket

from dockmon.ports import CatchUp, Clock

log = logging.getLogger(__name__)

SKIP_PACKETS: Final = 64
SKIP_BYTES: Final = 256 * 1024
# Acks, logs and errors are never skipped. Who leaves this much unread for so long
# reads nothing any more.
STUCK_BYTES: Final = 512 * 1024
STUCK_SECONDS: Final = 10.0
CATCH_UP_PAUSE_SECONDS: Final = 0.2
_STOP_CHECK_SECONDS: Final = 1.0  # how long a quiet loop may miss the stop

# (namespace, sid) -> room -> what brings it up to date; None where the next
# regular message does.
_Behind = dict[tuple[str, str], dict[str, CatchUp | None]]


class Emitter:
    """The port `Publisher` over the Socket.IO server's rooms."""

    def __init__(self, server: Any, clock: Clock) -> None:
        self._server = server
        self._clock = clock
        self._behind: _Behind = {}
        self._lock = threading.Lock()
        self._owing = threading.Event()

    def has_listeners(self, namespace: str, room: str) -> bool:
        return room in self._server.manager.rooms.get(namespace, ())

    def publish(
        self,
        namespace: str,
        room: str,
        event: str,
        payload: dict[str, Any],
        catch_up: CatchUp | None = None,
    ) -> None:
        packet = self._encode(namespace, event, payload)
        for sid, eio_sid in list(self._server.manager.get_participants(namespace, room)):
            client = self._server.eio.sockets.get(eio_sid)
            if client is None or client.closed:
                continue
            if self._owes(namespace, sid, room) or _is_slow(client):
                self._skip(namespace, sid, room, catch_up)
            else:
                _send(client, packet)

    def catch_up(self) -> None:
        """Wait until somebody is owed something, and send it to those who have drained."""
        if not self._owing.wait(_STOP_CHECK_SECONDS):
            return
        self._owing.clear()
        for namespace, sid in list(self._behind):
            eio_sid = self._server.manager.eio_sid_from_sid(sid, namespace)
            client = self._server.eio.sockets.get(eio_sid) if eio_sid else None
            if client is None or client.closed:
                with self._lock:
                    self._behind.pop((namespace, sid), None)
            elif client.backlog() == (0, 0):
                self._make_good(namespace, sid, client)
        if self._behind:
            self._owing.set()

    def cut_stuck(self) -> None:
        """End clients that leave unskippable messages unread. Called every so often."""
        now = self._clock.monotonic()
        for client in list(self._server.eio.sockets.values()):
            size = client.backlog()[1]
            if size <= STUCK_BYTES or client.closed:
                client.stuck_since = None
            elif client.stuck_since is None:
                client.stuck_since = now
            elif now - client.stuck_since > STUCK_SECONDS:
                log.warning("a client that reads nothing was disconnected (%d bytes wait)", size)
                client.cut()

    def _make_good(self, namespace: str, sid: str, client: Any) -> None:
        rooms = self._server.manager.rooms.get(namespace, {})
        for room, catch_up in list(self._behind.get((namespace, sid), {}).items()):
            if catch_up is None or sid not in rooms.get(room, ()):
                self._settle(namespace, sid, room)
                continue

            def send(event: str, payload: dict[str, Any], room: str = room) -> None:
                # Settled and sent while the caller holds the room still: a delta in
                # between would reach this client without its predecessors.
                self._settle(namespace, sid, room)
                _send(client, self._encode(namespace, event, payload))

            catch_up(send)

    def _settle(self, namespace: str, sid: str, room: str) -> None:
        with self._lock:
            owed = self._behind.get((namespace, sid), {})
            owed.pop(room, None)
            if not owed:
                self._behind.pop((namespace, sid), None)

    def _encode(self, namespace: str, event: str, payload: dict[str, Any]) -> EnginePacket:
        data = self._server.packet_class(2, namespace=namespace, data=[event, payload]).encode()
        return EnginePacket(MESSAGE, data=data)

    def _owes(self, namespace: str, sid: str, room: str) -> bool:
        return bool(self._behind) and room in self._behind.get((namespace, sid), ())

    def _skip(self, namespace: str, sid: str, room: str, catch_up: CatchUp | None) -> None:
        with self._lock:
            self._behind.setdefault((namespace, sid), {})[room] = catch_up
        self._owing.set()


def _is_slow(client: Any) -> bool:
    packets, size = client.backlog()
    return bool(packets >= SKIP_PACKETS or size >= SKIP_BYTES)


def _send(client: Any, packet: EnginePacket) -> None:
    # A client that has just gone: the library tells its own disconnect handler.
    with suppress(EngineIOError):
        client.send(packet)
