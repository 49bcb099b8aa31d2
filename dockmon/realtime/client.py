"""One Engine.IO client: what it may send, and its two transports.

Overrides the library's socket where it hoards, loses or waits. The way out is
`outgoing`; below a WebSocket is `line`; the pings are `pings`. `test_wire`, `test_fanout`
and `test_way_out` fail when an upgrade takes a seam away.
"""

from __future__ import annotations

import socket as sockets
import struct
from contextlib import suppress
from typing import Any, Final

from engineio import exceptions, packet
from engineio.socket import Socket

from dockmon.realtime.line import PONG, Line, bound, raw_socket
from dockmon.realtime.outgoing import Outgoing

# What python-engineio's own client accepts in one polling response: at the
# seventeenth packet it ends its session.
POLL_PACKETS: Final = 16
# What one polling POST may hold. More is refused whole, never read in part.
POST_PACKETS: Final = 500
_PROBE, _PROBED, _UPGRADE = "2probe", "3probe", "5"
# What the two WebSocket libraries raise when the other side is gone or talks nonsense.
_BROKEN: Final = (OSError, EOFError, ValueError, RuntimeError, struct.error)


class ClientSocket(Socket):  # type: ignore[misc]
    """One Engine.IO client."""

    def __init__(self, server: Any, sid: str) -> None:
        super().__init__(server, sid)
        self.queue = Outgoing(server.start_background_task, server.make_lock())
        self.stuck_since: float | None = None  # since when too much waits for it
        self.taken_by_then = 0  # what it has to have taken to count as reading
        self.connects = 0
        self.is_ping_due = False
        self.owes_pong_until: float | None = None
        self._raw: Any = None  # the socket below a WebSocket, from its first probe on

    def send(self, pkt: packet.Packet) -> None:
        if self.closed:
            raise exceptions.SocketIsClosedError()
        if pkt.packet_type == packet.OPEN:
            # The library announces whole seconds: 0.5 would become 0.
            pkt.data["pingInterval"] = int(self.server.ping_interval * 1000)
        self.queue.put(pkt)

    def poll(self) -> list[packet.Packet]:
        """Return what waits, at most as much as one polling response may carry."""
        seconds = self.server.ping_interval + self.server.ping_timeout
        try:
            return self.queue.take(POLL_PACKETS, seconds)
        except TimeoutError:
            raise exceptions.QueueEmpty() from None

    def handle_post_request(self, environ: dict[str, Any]) -> None:
        """Read a polling POST whole, or refuse it whole.

        The library answers 200 to seventeen packets and drops them all.
        """
        try:
            length = int(environ.get("CONTENT_LENGTH") or "-1")
        except ValueError:
            length = -1
        if not 0 <= length <= self.server.max_http_buffer_size:
            raise exceptions.ContentTooLongError()
        try:
            packets = _decode(environ["wsgi.input"].read(length).decode())
        except (ValueError, IndexError) as error:
            raise exceptions.EngineIOError("malformed payload") from error
        for pkt in packets:
            if self.closed:
                raise exceptions.SocketIsClosedError()
            self.receive(pkt)
            self.server.sleep(0)

    def receive(self, pkt: packet.Packet) -> None:
        if pkt.packet_type == packet.PING and not self.upgraded:
            raise exceptions.UnknownPacketError()
        super().receive(pkt)

    def schedule_ping(self) -> None:
        """Have it pinged after the interval."""
        self.server.pings.schedule(self)

    def end_silent(self) -> None:
        """Close a client that has not answered its ping."""
        self.close(reason=self.server.reason.PING_TIMEOUT)

    def close(self, wait: bool = False, abort: bool = False, reason: Any = None) -> None:
        """Close without waiting for the queue to drain.

        The library waits for ever for a polling client that never polls again, and
        leaves forgetting it to the monitor that `pings` stands in for.
        """
        super().close(wait=False, abort=abort, reason=reason)
        self.server.sockets.pop(self.sid, None)
        self.server.strangers.pop(self.sid, None)
        if self.upgrading:
            self._shut_down()  # it may never say whether it upgrades, and would stay for ever

    def cut(self) -> None:
        """Close without a word, even while a send to this client is stuck."""
        self.queue.cut()
        self.close(abort=True, reason=self.server.reason.SERVER_DISCONNECT)
        self._shut_down()

    def _upgrade_websocket(self, environ: dict[str, Any], start_response: Any) -> Any:
        raw = environ.get("werkzeug.socket")
        if raw is not None:
            # As `outgoing` will need it. Changed when the library's thread already reads
            # from it, that read fails with EAGAIN now and then, and the client is lost.
            raw.settimeout(None)
        return super()._upgrade_websocket(environ, start_response)

    def _websocket_handler(self, ws: Any) -> Any:
        if self.upgrading or self.upgraded:
            return []
        self._raw = raw_socket(ws)
        bound(ws)
        reason = self.server.reason.TRANSPORT_ERROR
        is_upgraded = True
        try:
            is_upgraded = self._upgrade(ws)
            if is_upgraded:
                self._listen(ws)
                reason = self.server.reason.TRANSPORT_CLOSE
        except (ValueError, IndexError, TypeError):
            pass  # garbage: the library would leave the session and its tasks behind
        finally:
            # Werkzeug would go on reading until the client hangs up, and clients
            # wait some seconds for the server to do it first.
            self._shut_down()
            if is_upgraded:
                self.close(abort=True, reason=reason)
                self.queue.cut()
                self.queue.join()
        return []

    def _upgrade(self, ws: Any) -> bool:
        """Take the WebSocket as the transport, if the client goes through with it."""
        if self.connected:  # type: ignore[has-type]
            self.upgrading = True
            try:
                if self.closing or self.closed or ws.wait() != _PROBE:
                    return False
                ws.send(_PROBED)
                self.queue.put(packet.Packet(packet.NOOP))  # ends a poll under way
                if ws.wait() != _UPGRADE:
                    return False
            except _BROKEN:
                return False
            finally:
                self.upgrading = False
        self.connected = self.upgraded = True
        return True

    def _listen(self, ws: Any) -> None:
        line = Line(self._raw, self.queue, self.server.wait_to_leave)
        line.take_over(ws)
        self.queue.stream(self._raw)
        while True:
            try:
                text = PONG if line.took_pong() else ws.wait()
            except _BROKEN:
                return
            if text is None or self.closed:
                return
            if text == PONG:
                self.schedule_ping()
            elif not self._heard(text):
                return
            if line.has_more:
                # Whoever always has more to say would be the only one served.
                self.server.sleep(0)

    def _heard(self, text: Any) -> bool:
        try:
            self.receive(packet.Packet(encoded_packet=text))
        except exceptions.UnknownPacketError:
            pass
        except exceptions.SocketIsClosedError:
            return False
        return True

    def _shut_down(self) -> None:
        if self._raw is not None:
            with suppress(OSError):
                self._raw.shutdown(sockets.SHUT_RDWR)


def _decode(text: str) -> list[packet.Packet]:
    pieces = text.split("\x1e")
    if len(pieces) > POST_PACKETS:
        raise ValueError("too many packets")
    return [packet.Packet(encoded_packet=piece) for piece in pieces]
