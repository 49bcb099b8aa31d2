"""The boundary of Socket.IO: who is let in, what may be sent, and one ack for everything.

One of the two edges where any failure is caught (the other is `api/errors`). The
namespaces behind it only see signed-in clients and valid payloads.
"""

from __future__ import annotations

import logging
import secrets
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from flask_socketio import ConnectionRefusedError as Refused
from marshmallow import Schema, ValidationError

from dockmon.domain.access import Principal
from dockmon.domain.errors import DockmonError, InvalidRequest, NotFound, RateLimited
from dockmon.domain.rate import Bucket
from dockmon.i18n import say
from dockmon.journal import QuietLog
from dockmon.ports import Clock, Tasks
from dockmon.realtime.outgoing import UNREAD_BYTES
from dockmon.schemas.base import faults

log = logging.getLogger(__name__)

EVENTS_AT_ONCE: Final = 100
EVENTS_PER_SECOND: Final = 20
ACTIONS_UNDER_WAY: Final = 64
QUEUED_EVENTS: Final = 64
_READ_CHECK_SECONDS: Final = 0.05
EVERYONE: Final = "everyone"


@dataclass(slots=True, eq=False)
class Session:
    """One signed-in client on one namespace."""

    namespace: str
    sid: str
    eio_sid: str
    principal: Principal
    address: str
    rooms: set[str] = field(default_factory=set)
    bucket: Bucket = field(default_factory=lambda: Bucket(EVENTS_AT_ONCE, EVENTS_PER_SECOND))
    opened: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)
    queue: deque[Callable[[], None]] = field(default_factory=deque)  # run in the order sent
    draining: bool = False
    actions_under_way: int = 0


@dataclass(frozen=True, slots=True)
class Handler:
    """What answers one event. beside: runs beside the others, not in their order."""

    schema: Schema
    handle: Callable[[Session, dict[str, Any]], Any]
    beside: bool = False


Admit = Callable[[dict[str, Any], Any], Principal]


class Boundary:
    """Every connected client, and the way of every event."""

    def __init__(
        self,
        server: Any,
        admit: Admit,
        tasks: Tasks,
        clock: Clock,
        connected_payload: Callable[[Principal], dict[str, Any]],
    ) -> None:
        self._server = server
        self._admit = admit
        self._tasks = tasks
        self._clock = clock
        self._connected_payload = connected_payload
        self._handlers: dict[str, dict[str, Handler]] = {}  # namespace -> event -> handler
        self._sessions: dict[tuple[str, str], Session] = {}  # (namespace, sid) -> session
        self._by_client: dict[str, set[tuple[str, str]]] = {}  # eio_sid -> its sessions
        self._quiet = QuietLog(log, clock)
        server.inbox = self

    def serve(self, namespace: str, handlers: dict[str, Handler]) -> None:
        """Take these handlers for a namespace."""
        self._handlers[namespace] = handlers

    @property
    def handlers(self) -> dict[str, dict[str, Handler]]:
        """Every event that is answered, by namespace; tests walk it."""
        return self._handlers

    def sessions(self) -> list[Session]:
        """Return every signed-in client."""
        return list(self._sessions.values())

    # Coming and going.

    def came_or_went(self, namespace: str, event: str, sid: str, *args: Any) -> None:
        """Take a namespace's own events; those of clients come through `received`."""
        if event == "connect":
            self.admit(namespace, sid, args[0], args[1] if len(args) > 1 else None)
        elif event == "disconnect":
            self.left(namespace, sid, str(args[0]) if args else "")

    def admit(self, namespace: str, sid: str, environ: dict[str, Any], auth: Any) -> None:
        """Let a client into a namespace, or refuse the CONNECT with its code.

        Whatever fails here refuses: an error in the way of the check must never
        let somebody in.
        """
        try:
            principal = self._admit(environ, auth)
        except DockmonError as error:
            self._quiet.count(f"refused CONNECT: {error.code}")
            raise Refused(_words(error), {"code": error.code}) from None
        except Exception:
            log.exception("checking a CONNECT failed")
            raise Refused("internal error", {"code": "internal.error"}) from None
        eio_sid = self._server.manager.eio_sid_from_sid(sid, namespace)
        session = Session(namespace, sid, eio_sid, principal, _address(environ))
        self._sessions[namespace, sid] = session
        self._by_client.setdefault(eio_sid, set()).add((namespace, sid))
        self._server.eio.strangers.pop(eio_sid, None)

    def left(self, namespace: str, sid: str, reason: str) -> None:
        """Forget a client that is gone."""
        session = self._sessions.pop((namespace, sid), None)
        if session is None:
            return
        mine = self._by_client.get(session.eio_sid, set())
        mine.discard((namespace, sid))
        if not mine:
            self._by_client.pop(session.eio_sid, None)
            self._server.eio.strangers[session.eio_sid] = self._clock.monotonic()
        if session.opened.is_set():
            _log_session("disconnected", session, reason)
        session.opened.set()

    def connected(self, namespace: str, sid: str) -> None:
        """Greet a client whose CONNECT reply is queued: nothing may precede that."""
        session = self._sessions.get((namespace, sid))
        if session is None:
            return
        self.send(session, "connected", self._connected_payload(session.principal))
        self._server.enter_room(sid, EVERYONE, namespace=namespace)
        session.opened.set()
        _log_session("connected", session, "")

    def garbage(self, eio_sid: str, error: Exception) -> None:
        """End a client that sends what no client sends."""
        self._quiet.count(f"malformed packet: {type(error).__name__}")
        client = self._server.eio.sockets.get(eio_sid)
        if client is not None:
            client.cut()

    # Events.

    def received(self, namespace: str, sid: str, eio_sid: str, id: Any, data: list[Any]) -> None:
        """Answer one event; returns at once, the handlers run in tasks."""
        session = self._sessions.get((namespace, sid))
        if session is None:
            return
        answer = self._answerer(session, id)
        try:
            handler, payload = self._accept(session, data)
        except DockmonError as error:
            answer(_refused(error))
            return

        def run() -> None:
            answer(self._handled(session, handler, payload, data[0]))

        if handler.beside:
            self._tasks.spawn(self._run_beside, session, run, name=f"event {data[0]}")
        else:
            self._in_order(session, run, answer)

    def send(self, session: Session, event: str, payload: dict[str, Any]) -> None:
        """Send one event to one client, whatever its backlog."""
        packet = self._server.packet_class(2, namespace=session.namespace, data=[event, payload])
        self._server._send_packet(session.eio_sid, packet)

    def tell_error(self, session: Session, error: DockmonError) -> None:
        """Send the `error` event."""
        told = _refused(error)["error"]
        del told["request_id"]
        self.send(session, "error", {**told, "timestamp": self._clock.time()})

    def _accept(self, session: Session, data: list[Any]) -> tuple[Handler, dict[str, Any]]:
        wait_seconds = session.bucket.take(self._clock.monotonic())
        if wait_seconds:
            raise RateLimited(retry_after_seconds=round(wait_seconds, 2))
        handler = self._handlers.get(session.namespace, {}).get(data[0])
        if handler is None:
            raise NotFound(event=data[0][:64])
        if len(data) > 2:
            raise InvalidRequest(fields={"_schema": ["one object is expected"]})
        payload = data[1] if len(data) == 2 and data[1] is not None else {}
        try:
            loaded = handler.schema.load(payload)
        except ValidationError as error:
            raise InvalidRequest(fields=faults(error)) from None
        if handler.beside:
            with session.lock:
                if session.actions_under_way >= ACTIONS_UNDER_WAY:
                    raise RateLimited(under_way=ACTIONS_UNDER_WAY)
                session.actions_under_way += 1
        return handler, loaded

    def _handled(
        self, session: Session, handler: Handler, payload: dict[str, Any], event: str
    ) -> dict[str, Any]:
        try:
            return {"ok": True, "data": handler.handle(session, payload)}
        except DockmonError as error:
            return _refused(error)
        except Exception:
            refused = _refused(DockmonError())
            log.exception("event %s failed (request %s)", event, refused["error"]["request_id"])
            return refused

    def _answerer(self, session: Session, id: Any) -> Callable[[dict[str, Any]], None]:
        def answer(result: dict[str, Any]) -> None:
            if id is not None:
                self._server.answer(session.eio_sid, session.namespace, id, result)
            elif not result["ok"]:
                # No ack was asked for, but a failure must not pass in silence.
                error = {**result["error"], "timestamp": self._clock.time()}
                self.send(session, "error", error)

        return answer

    def _run_beside(self, session: Session, run: Callable[[], None]) -> None:
        session.opened.wait()
        try:
            run()
        finally:
            with session.lock:
                session.actions_under_way -= 1

    def _in_order(
        self,
        session: Session,
        run: Callable[[], None],
        answer: Callable[[dict[str, Any]], None],
    ) -> None:
        with session.lock:
            full = len(session.queue) >= QUEUED_EVENTS
            if not full:
                session.queue.append(run)
            start = not full and not session.draining
            session.draining = session.draining or start
        if full:
            answer(_refused(RateLimited(under_way=QUEUED_EVENTS)))
        elif start:
            self._tasks.spawn(self._drain, session, name="events in order")

    def _drain(self, session: Session) -> None:
        session.opened.wait()
        while True:
            self._wait_until_read(session)
            with session.lock:
                if not self._is_here(session):
                    session.queue.clear()  # it has gone, and could join no room any more
                if not session.queue:
                    session.draining = False
                    return
                run = session.queue.popleft()
            run()
            time.sleep(0)  # sixty subscriptions of one client are not everybody's wait

    def _wait_until_read(self, session: Session) -> None:
        """Answer no more until a client reads: answers are never skipped, but they can wait."""
        client = self._server.eio.sockets.get(session.eio_sid)
        while client and self._is_here(session) and client.queue.waiting_bytes > UNREAD_BYTES:
            time.sleep(_READ_CHECK_SECONDS)

    def _is_here(self, session: Session) -> bool:
        return self._sessions.get((session.namespace, session.sid)) is session


def _refused(error: DockmonError) -> dict[str, Any]:
    return {
        "ok": False,
        "error": {
            "code": error.code,
            "message": _words(error),
            "params": error.params,
            "request_id": error.request_id or secrets.token_hex(8),
        },
    }


def _words(error: DockmonError) -> str:
    return say(error.code, error.params)


def _address(environ: dict[str, Any]) -> str:
    return environ.get("REMOTE_ADDR") or "-"


def _log_session(what: str, session: Session, reason: str) -> None:
    principal = session.principal
    log.info(
        "%s %s from %s on %s%s",
        principal.username,
        what,
        session.address,
        session.namespace,
        f": {reason}" if reason else "",
    )
