"""Send one message to a room: packed once, slow clients skipped and caught up.

What waits for a client (`outgoing`) is looked at before every send. The counterpart
is `services/broadcaster`, which decides what to say.
"""

from __future__ import annotations

import logging
import threading
import time
from typing import Any, Final

from engineio.packet import MESSAGE
from engineio.packet import Packet as EnginePacket

from dockmon.ports import CatchUp, Clock
from dockmon.realtime.frames import frame_of
from dockmon.realtime.outgoing import UNREAD_BYTES, Outgoing

log = logging.getLogger(__name__)

SKIP_PACKETS: Final = 64
SKIP_BYTES: Final = 256 * 1024
# Who leaves this much unread, and takes less than this in so long, reads nothing any more.
STUCK_BYTES: Final = UNREAD_BYTES
STUCK_SECONDS: Final = 30.0
CATCH_UP_PAUSE_SECONDS: Final = 0.2
# The loop's other work waits this long at most: a millisecond or two.
_SENDS_WITHOUT_YIELD: Final = 128
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
        self._turns: dict[tuple[str, str], threading.Lock] = {}  # (namespace, room) -> its lock
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
        size = len(frame_of(packet))
        clients = self._server.eio.sockets
        # Sending yields in between: the next message of the room waits for this one.
        with self._turn(namespace, room):
            members = self._server.manager.members(namespace, room)
            for number, sid in enumerate(list(members), 1):
                # Who has left meanwhile must get nothing any more: rooms are permissions.
                client = clients.get(members.get(sid))
                if client is not None:
                    outgoing = client.queue
                    if self._owes(namespace, sid, room) or _is_slow(outgoing, size):
                        self._skip(namespace, sid, room, catch_up)
                    else:
                        outgoing.put(packet)
                if number % _SENDS_WITHOUT_YIELD == 0:
                    time.sleep(0)

    def catch_up(self) -> None:
        """Wait until somebody is owed something, and send it to those who have drained."""
        if not self._owing.wait(_STOP_CHECK_SECONDS):
            return
        self._owing.clear()
        try:
            self._serve_behind()
        finally:
            if self._behind:
                self._owing.set()

    def _serve_behind(self) -> None:
        for namespace, sid in list(self._behind):
            eio_sid = self._server.manager.eio_sid_from_sid(sid, namespace)
            client = self._server.eio.sockets.get(eio_sid) if eio_sid else None
            if client is None or client.closed:
                with self._lock:
                    self._behind.pop((namespace, sid), None)
            elif not client.queue:
                self._make_good(namespace, sid, client)

    def cut_stuck(self) -> None:
        """End clients that have all but stopped reading. Called every so often."""
        now = self._clock.monotonic()
        for client in list(self._server.eio.sockets.values()):
            outgoing = client.queue
            if outgoing.waiting_bytes <= STUCK_BYTES:
                client.stuck_since = None
            elif client.stuck_since is None or outgoing.taken_bytes > client.taken_by_then:
                client.stuck_since, client.taken_by_then = now, outgoing.taken_bytes + STUCK_BYTES
            elif now - client.stuck_since > STUCK_SECONDS:
                size = outgoing.waiting_bytes
                log.warning("a client that reads nothing was disconnected (%d bytes wait)", size)
                client.cut()

    def _make_good(self, namespace: str, sid: str, client: Any) -> None:
        rooms = self._server.manager.rooms.get(namespace, {})
        for room, catch_up in list(self._behind.get((namespace, sid), {}).items()):
            if catch_up is None or sid not in rooms.get(room, ()):
                self._settle(namespace, sid, room)
                continue

            def send(event: str, payload: dict[str, Any], room: str = room) -> None:
                packet = self._encode(namespace, event, payload)
                # Settled and sent while the room is still: a delta in between would
                # reach this client without its predecessors.
                with self._turn(namespace, room):
                    self._settle(namespace, sid, room)
                    if sid in self._server.manager.members(namespace, room):
                        client.queue.put(packet)

            catch_up(send)

    def _settle(self, namespace: str, sid: str, room: str) -> None:
        with self._lock:
            owed = self._behind.get((namespace, sid), {})
            owed.pop(room, None)
            if not owed:
                self._behind.pop((namespace, sid), None)

    def _turn(self, namespace: str, room: str) -> threading.Lock:
        """Return the lock of a room: its messages go out one after the other."""
        return self._turns.setdefault((namespace, room), threading.Lock())

    def _encode(self, namespace: str, event: str, payload: dict[str, Any]) -> EnginePacket:
        data = self._server.packet_class(2, namespace=namespace, data=[event, payload]).encode()
        return EnginePacket(MESSAGE, data=data)

    def _owes(self, namespace: str, sid: str, room: str) -> bool:
        return bool(self._behind) and room in self._behind.get((namespace, sid), ())

    def _skip(self, namespace: str, sid: str, room: str, catch_up: CatchUp | None) -> None:
        with self._lock:
            self._behind.setdefault((namespace, sid), {})[room] = catch_up
        self._owing.set()


def _is_slow(outgoing: Outgoing, size: int) -> bool:
    """Say whether this much more would be too much. Who has nothing waiting gets anything."""
    waiting_bytes = outgoing.waiting_bytes
    return waiting_bytes > 0 and (
        waiting_bytes + size > SKIP_BYTES or len(outgoing) >= SKIP_PACKETS
    )
