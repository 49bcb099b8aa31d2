"""Engine.IO and Socket.IO as the libraries have them, mended where they lose or hoard.

Each class overrides one documented fault; `tests/integration/test_wire.py` fails
when an upgrade takes the seam away.
"""

from __future__ import annotations

import logging
import socket as sockets
import time
from contextlib import suppress
from functools import cache
from typing import Any, Final

import engineio
import flask_socketio
import orjson
import socketio
from engineio import exceptions, packet
from engineio.socket import Socket
from flask import Flask
from socketio.packet import Packet as SocketIOPacket

from dockmon.i18n import say

log = logging.getLogger(__name__)

MAX_MESSAGE_BYTES: Final = 64 * 1024
MAX_MESSAGE_PIECES: Final = 4096
# What python-engineio's own client accepts in one polling response: at the
# seventeenth packet it ends its session.
POLL_PACKETS: Final = 16
# What may wait for one client at all, whatever it is.
MAX_BACKLOG_BYTES: Final = 16 * 1024 * 1024
MAX_BACKLOG_PACKETS: Final = 1000
# How often one connection may be refused a namespace.
MAX_CONNECTS: Final = 32
# What one polling POST may hold. More is refused whole, never read in part.
POST_PACKETS: Final = 500


class JSON:
    """orjson behind the interface the libraries expect."""

    @staticmethod
    def dumps(value: Any, **_options: Any) -> str:
        # Facts of errors come from many places; none of them may cost an ack.
        return orjson.dumps(value, default=str, option=orjson.OPT_NON_STR_KEYS).decode()

    loads = staticmethod(orjson.loads)
    JSONDecodeError = orjson.JSONDecodeError


class TextPacket(SocketIOPacket):  # type: ignore[misc]
    """A Socket.IO packet without binary attachments.

    Nothing in the contract is binary, and the library keeps announced attachments
    without a limit. It would also walk every payload in search of bytes.
    """

    uses_binary_events = False
    json = JSON

    def decode(self, encoded_packet: Any) -> int:
        if not isinstance(encoded_packet, str) or encoded_packet[:1] not in ("0", "1", "2", "3"):
            raise ValueError("not a packet a client may send")
        count = super().decode(encoded_packet)
        if count:
            raise ValueError("attachments are not accepted")
        return 0


class ClientSocket(Socket):  # type: ignore[misc]
    """One Engine.IO client."""

    def __init__(self, server: Any, sid: str) -> None:
        super().__init__(server, sid)
        self.joined_at = time.monotonic()  # or since when it has joined nothing
        self.stuck_since: float | None = None  # since when far too much waits for it
        self.connects = 0
        self.websocket: Any = None

    def send(self, pkt: packet.Packet) -> None:
        if pkt.packet_type == packet.OPEN:
            # The library announces whole seconds: 0.5 would become 0.
            pkt.data["pingInterval"] = int(self.server.ping_interval * 1000)
        super().send(pkt)

    def poll(self) -> list[packet.Packet]:
        """Return what is queued, at most as much as one polling response may carry."""
        empty = self.server.get_queue_empty_exception()
        try:
            first = self.queue.get(timeout=self.server.ping_interval + self.server.ping_timeout)
        except empty:
            raise exceptions.QueueEmpty() from None
        self.queue.task_done()
        packets = [first] if first is not None else []
        while packets and len(packets) < POLL_PACKETS:
            try:
                following = self.queue.get(block=False)
            except empty:
                break
            self.queue.task_done()
            if following is None:
                self.queue.put(None)
                break
            packets.append(following)
        return packets

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

    def receive(self, pkt: packet.Packet) -> None:
        if pkt.packet_type == packet.PING and not self.upgraded:
            raise exceptions.UnknownPacketError()
        super().receive(pkt)
        # A green reader whose socket always has more would never let anybody else run.
        self.server.sleep(0)

    def close(self, wait: bool = False, abort: bool = False, reason: Any = None) -> None:
        """Close without waiting for the queue to drain.

        The library waits for ever for a polling client that never polls again.
        """
        super().close(wait=False, abort=abort, reason=reason)

    def _websocket_handler(self, ws: Any) -> Any:
        self.websocket = ws
        _bound(ws)
        try:
            return super()._websocket_handler(ws)
        except (ValueError, IndexError, TypeError):
            # Garbage on the WebSocket: the library would leave the session and its
            # tasks behind until the ping times out, and print a traceback.
            self.close(abort=True, reason=self.server.reason.TRANSPORT_ERROR)
            return []
        finally:
            # Werkzeug would go on reading until the client hangs up, and clients
            # wait some seconds for the server to do it first.
            self._shut_down()

    def backlog(self) -> tuple[int, int]:
        """Return how many packets, and how many bytes, wait for this client."""
        if not self.queue.qsize():
            return 0, 0
        waiting = list(self.queue.queue)
        return len(waiting), sum(len(p.data) for p in waiting if p and isinstance(p.data, str))

    def cut(self) -> None:
        """Close without a word, even while a send to this client is stuck."""
        self.close(abort=True, reason=self.server.reason.SERVER_DISCONNECT)
        self._shut_down()

    def _shut_down(self) -> None:
        raw = _raw_socket(self.websocket)
        if raw is not None:
            with suppress(OSError):
                raw.shutdown(sockets.SHUT_RDWR)


def _bound(websocket: Any) -> None:
    """Bound whole messages: both WebSocket libraries only look at single frames.

    Without it a stranger's continuation frames are collected until memory ends.
    """
    inner = getattr(websocket, "ws", None)
    if inner is not None:
        inner.max_message_size = MAX_MESSAGE_BYTES
    else:
        websocket.Message = _bounded(websocket.Message)


@cache
def _bounded(message_class: Any) -> Any:
    class Bounded(message_class):  # type: ignore[misc]
        size = 0

        def push(self, data: bytes, final: bool = False) -> None:
            self.size += len(data)
            if self.size > MAX_MESSAGE_BYTES or len(self.data) > MAX_MESSAGE_PIECES:
                raise ValueError("message is too large")
            super().push(data, final)

    return Bounded


def _decode(text: str) -> list[packet.Packet]:
    pieces = text.split("\x1e")
    if len(pieces) > POST_PACKETS:
        raise ValueError("too many packets")
    return [packet.Packet(encoded_packet=piece) for piece in pieces]


def _raw_socket(websocket: Any) -> Any:
    inner = getattr(websocket, "ws", websocket)
    return getattr(inner, "sock", None) or getattr(inner, "socket", None)


class _Gone(KeyError):
    """A session that was closed while a request for it was under way."""


class Engine(engineio.Server):  # type: ignore[misc]
    """The Engine.IO server, making clients of our class."""

    def handle_request(self, environ: dict[str, Any], start_response: Any) -> Any:
        try:
            return super().handle_request(environ, start_response)
        except _Gone:
            refusal = self._bad_request("Invalid session")
            start_response(refusal["status"], refusal["headers"])
            return [refusal["response"]]

    def _get_socket(self, sid: str) -> ClientSocket:
        try:
            client: ClientSocket = super()._get_socket(sid)
        except KeyError as error:
            raise _Gone(sid) from error
        return client

    def _handle_connect(
        self, environ: dict[str, Any], start_response: Any, transport: str, jsonp_index: Any = None
    ) -> Any:
        if self.start_service_task:  # type: ignore[has-type]
            self.start_service_task = False
            self.service_task_handle = self.start_background_task(self._service_task)
        sid = self.generate_id()
        client = ClientSocket(self, sid)
        self.sockets[sid] = client
        opening = {
            "sid": sid,
            "upgrades": self._upgrades(sid, transport),
            "pingTimeout": int(self.ping_timeout * 1000),
            "pingInterval": 0,
            "maxPayload": self.max_http_buffer_size,
        }
        client.send(packet.Packet(packet.OPEN, opening))
        self._trigger_event("connect", sid, environ, run_async=False)
        client.schedule_ping()
        if transport != "websocket":
            client.connected = True
            return self._ok(client.poll())
        try:
            return client.handle_get_request(environ, start_response)
        finally:
            if client.closed:
                self.sockets.pop(sid, None)


class Server(socketio.Server):  # type: ignore[misc]
    """The Socket.IO server with an inbox of ours.

    `inbox` has `connected(namespace, sid)`, called once the CONNECT reply is queued,
    and `received(namespace, sid, eio_sid, id, data)` for every event of a connected
    client: the library would run it without order and lose the ack of one that fails.
    """

    inbox: Any = None

    def _engineio_server_class(self) -> type[Engine]:
        return Engine

    def _handle_connect(self, eio_sid: str, namespace: str | None, data: Any) -> None:
        client = self.eio.sockets.get(eio_sid)
        if client is None or client.closed:
            return
        client.connects += 1
        if client.connects > MAX_CONNECTS:
            raise ValueError("asks to join without end")
        namespace = namespace or "/"
        known = self.manager.sid_from_eio_sid(eio_sid, namespace)
        if namespace not in self.namespace_handlers or known is not None:
            code = "request.not_found" if known is None else "request.conflict"
            refusal = {"message": say(code, {}), "data": {"code": code}}
            self._send_packet(eio_sid, self.packet_class(4, refusal, namespace))
            return
        super()._handle_connect(eio_sid, namespace, data)
        sid = self.manager.sid_from_eio_sid(eio_sid, namespace)
        if sid is not None and self.manager.is_connected(sid, namespace):
            client.connects = 0
            self.inbox.connected(namespace, sid)

    def _handle_event(self, eio_sid: str, namespace: str | None, id: Any, data: Any) -> None:
        namespace = namespace or "/"
        if not isinstance(data, list) or not data or not isinstance(data[0], str):
            raise ValueError("not an event")
        sid = self.manager.sid_from_eio_sid(eio_sid, namespace)
        if sid is not None and self.manager.is_connected(sid, namespace):
            self.inbox.received(namespace, sid, eio_sid, id, data)

    def _handle_eio_message(self, eio_sid: str, data: Any) -> None:
        try:
            super()._handle_eio_message(eio_sid, data)
        except (ValueError, TypeError, KeyError, IndexError, RecursionError) as error:
            self.inbox.garbage(eio_sid, error)

    def _send_packet(self, eio_sid: str, pkt: SocketIOPacket) -> None:
        client = self.eio.sockets.get(eio_sid)
        if client is None or client.closed:
            return
        # The count first: summing up a long queue for every packet is what a flood wants.
        if client.queue.qsize() > MAX_BACKLOG_PACKETS or client.backlog()[1] > MAX_BACKLOG_BYTES:
            log.warning("a client that asks and does not read was disconnected")
            client.cut()
            return
        with suppress(exceptions.EngineIOError):  # it has just gone
            super()._send_packet(eio_sid, pkt)

    def answer(self, eio_sid: str, namespace: str, id: Any, data: dict[str, Any]) -> None:
        """Send an ack."""
        self._send_packet(eio_sid, self.packet_class(3, namespace=namespace, id=id, data=[data]))


class SocketIO(flask_socketio.SocketIO):  # type: ignore[misc]
    """Flask-SocketIO on the mended server."""

    def init_app(self, app: Flask, **options: Any) -> None:
        app.extensions["socketio"] = self
        self.server = Server(**options)
        self.async_mode = self.server.async_mode
        for handler in self.namespace_handlers:
            self.server.register_namespace(handler)
        self.sockio_mw = flask_socketio._SocketIOMiddleware(self.server, app, "socket.io")
        app.wsgi_app = self.sockio_mw  # type: ignore[method-assign]
