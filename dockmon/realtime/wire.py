"""Engine.IO's and Socket.IO's servers, mended where they lose or hoard.

Each override has its reason; `tests/integration/test_wire.py` fails when an upgrade
takes the seam away. What is mended of a single client is in `client`.
"""

from __future__ import annotations

import gzip
import logging
import threading
import time
from contextlib import nullcontext, suppress
from functools import lru_cache
from typing import Any, Final

import engineio
import flask_socketio
import orjson
import socketio
from engineio import exceptions, packet
from flask import Flask
from socketio.packet import Packet as SocketIOPacket

from dockmon.i18n import say
from dockmon.realtime.client import ClientSocket
from dockmon.realtime.manager import Manager
from dockmon.realtime.pings import Pings

log = logging.getLogger(__name__)

# What may wait for one client at all, whatever it is.
MAX_BACKLOG_BYTES: Final = 16 * 1024 * 1024
MAX_BACKLOG_PACKETS: Final = 1000
# The largest answer to a poll that is kept for the next client who polls.
SHARED_BYTES: Final = 256 * 1024
# Three times what the end of one client costs.
LEAVE_SECONDS: Final = 0.001
# How often one connection may be refused a namespace.
MAX_CONNECTS: Final = 32


_NO_LOCK: Final = nullcontext()


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


class _Gone(KeyError):
    """A session that was closed while a request for it was under way."""


class Engine(engineio.Server):  # type: ignore[misc]
    """The Engine.IO server, making clients of our class."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options, monitor_clients=False)  # `pings` stands in for it
        self.pings = Pings(self.sockets, self.ping_interval, self.ping_timeout)
        self.strangers: dict[str, float] = {}  # sid -> since when it has joined no namespace
        self._last_leaves_at = 0.0
        # Green tasks change places only where they wait, and where this is held nobody
        # waits: a lock there would add a tenth to every message.
        self.make_lock = threading.Lock if self.async_mode == "threading" else lambda: _NO_LOCK

    def handle_request(self, environ: dict[str, Any], start_response: Any) -> Any:
        try:
            return super().handle_request(environ, start_response)
        except _Gone:
            refusal = self._bad_request("Invalid session")
            start_response(refusal["status"], refusal["headers"])
            return [refusal["response"]]

    def wait_to_leave(self) -> None:
        """Let clients that go away at once leave one after the other.

        What the end of one costs is little, but nobody else would have a turn before
        the end of two thousand.
        """
        now = time.monotonic()
        self._last_leaves_at = max(now, self._last_leaves_at + LEAVE_SECONDS)
        if self._last_leaves_at > now:
            time.sleep(self._last_leaves_at - now)

    def _gzip(self, response: bytes) -> bytes:
        return _zipped(response) if len(response) <= SHARED_BYTES else gzip.compress(response)

    def _get_socket(self, sid: str) -> ClientSocket:
        try:
            client: ClientSocket = super()._get_socket(sid)
        except KeyError as error:
            raise _Gone(sid) from error
        return client

    def _handle_connect(
        self, environ: dict[str, Any], start_response: Any, transport: str, jsonp_index: Any = None
    ) -> Any:
        sid = self.generate_id()
        client = ClientSocket(self, sid)
        self.sockets[sid] = client
        self.strangers[sid] = time.monotonic()
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


@lru_cache(maxsize=4)
def _zipped(body: bytes) -> bytes:
    """Compress once what many polling clients are about to be answered."""
    return gzip.compress(body)


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
        try:
            super()._handle_connect(eio_sid, namespace, data)
        finally:
            if client.closing or client.closed:
                self._forget(eio_sid, namespace)
        sid = self.manager.sid_from_eio_sid(eio_sid, namespace)
        if sid is not None and self.manager.is_connected(sid, namespace):
            client.connects = 0
            self.inbox.connected(namespace, sid)

    def _forget(self, eio_sid: str, namespace: str) -> None:
        """Undo the CONNECT of a client that went while it was checked.

        The library passes over those whose CONNECT is under way when a client goes.
        """
        sid = self.manager.sid_from_eio_sid(eio_sid, namespace)
        if sid is not None:
            self._trigger_event("disconnect", namespace, sid, self.reason.TRANSPORT_CLOSE)
            self.manager.disconnect(sid, namespace)
        self.environ.pop(eio_sid, None)

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
        waiting = client.queue
        if len(waiting) > MAX_BACKLOG_PACKETS or waiting.waiting_bytes > MAX_BACKLOG_BYTES:
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
        self.server = Server(client_manager=Manager(), **options)
        self.async_mode = self.server.async_mode
        for handler in self.namespace_handlers:
            self.server.register_namespace(handler)
        self.sockio_mw = flask_socketio._SocketIOMiddleware(self.server, app, "socket.io")
        app.wsgi_app = self.sockio_mw  # type: ignore[method-assign]
