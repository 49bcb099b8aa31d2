"""Serve a WSGI app in either mode, until a signal says stop.

Answers that go on for as long as somebody reads are the work of `streaming`.
"""

from __future__ import annotations

import logging
import os
import select
import signal
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from dockmon.runtime import mode, original

Serving = Callable[[str, int], None]
"""Called with the address and the port once connections are taken."""

MAX_CONNECTIONS = 10_000
MAX_THREADS = 1_000
IDLE_SECONDS = 60.0
_STOP_SECONDS = 4.0


def serve(
    app: Any, bind: str, port: int, ready: Serving, stop: Callable[[], None], idle_seconds: float
) -> None:
    """Serve a WSGI app until SIGTERM or SIGINT, then call `stop` and return.

    A second signal ends the process at once. idle_seconds: how long a connection
    may stay silent where something is still expected of it.

    Raises: OSError when the address cannot be listened on.
    """
    listener = _listen(bind, port)
    signals = _SelfPipe()
    server = (_EventletServer if mode() == "eventlet" else _ThreadedServer)(
        app, listener, idle_seconds
    )
    server.start()
    ready(bind, listener.getsockname()[1])
    signals.wait()
    server.stop_accepting()
    # Whatever hangs while stopping must not keep the process alive.
    watchdog = threading.Timer(_STOP_SECONDS, lambda: os._exit(0))
    watchdog.daemon = True
    watchdog.start()
    stop()
    server.wait_idle(_STOP_SECONDS / 2)
    watchdog.cancel()


def _listen(bind: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in bind else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((bind, port))
        listener.listen(1024)
    except OSError:
        listener.close()
        raise
    return listener


class _SelfPipe:
    """Turns signals into something a task can wait for.

    A handler that only spawns a green thread is not run before the hub's next
    timer, which may be a minute away; a byte in a pipe wakes the hub at once.
    """

    def __init__(self) -> None:
        self._reader, self._writer = os.pipe()
        self._write = original("os").write
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._signalled)

    def wait(self) -> None:
        if mode() == "eventlet":
            from eventlet.hubs import trampoline

            trampoline(self._reader, read=True)
        else:
            select.select([self._reader], [], [])

    def _signalled(self, _number: int, _frame: Any) -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: os._exit(1))
        self._write(self._writer, b"x")


class _EventletServer:
    """eventlet's WSGI server with an accept loop of ours.

    Its own loop ends for good at the first accept that fails, which is what
    happens when a client runs the process out of descriptors.
    """

    def __init__(self, app: Any, listener: socket.socket, idle_seconds: float) -> None:
        from eventlet import wsgi

        self._idle_state = wsgi.STATE_IDLE
        self._close_state = wsgi.STATE_CLOSE
        self._listener = listener
        self._places = threading.BoundedSemaphore(MAX_CONNECTIONS)
        self._connections: dict[int, list[Any]] = {}  # by id of the state: [address, socket, state]
        self._server = wsgi.Server(
            listener,
            listener.getsockname(),
            app,
            log=logging.getLogger("dockmon.wsgi"),
            log_output=False,
            debug=False,  # otherwise tracebacks are sent to clients
            socket_timeout=idle_seconds,
            keepalive=idle_seconds,
        )

    def start(self) -> None:
        threading.Thread(target=self._accept, daemon=True).start()

    def stop_accepting(self) -> None:
        self._listener.close()
        for connection in list(self._connections.values()):
            idle = connection[2] == self._idle_state
            connection[2] = self._close_state
            if idle:
                _shut(connection[1])

    def wait_idle(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while self._connections and time.monotonic() < until:
            time.sleep(0.02)

    def _accept(self) -> None:
        import eventlet

        while True:
            self._places.acquire()
            try:
                client, address = self._listener.accept()
            except OSError:
                self._places.release()
                if self._listener.fileno() < 0:
                    return
                # Out of descriptors, most likely; somebody will leave.
                time.sleep(0.05)
                continue
            client.settimeout(self._server.socket_timeout)
            eventlet.spawn_n(self._serve_one, [address, client, self._idle_state])

    def _serve_one(self, connection: list[Any]) -> None:
        self._connections[id(connection)] = connection
        try:
            self._server.process_request(connection)
        except OSError:
            pass  # the client went away
        finally:
            del self._connections[id(connection)]
            _shut(connection[1])
            connection[1].close()
            self._places.release()


class _ThreadedServer:
    """Werkzeug's threaded server with a cap, time-outs and no banner."""

    def __init__(self, app: Any, listener: socket.socket, idle_seconds: float) -> None:
        from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler

        places = threading.BoundedSemaphore(MAX_THREADS)

        class Handler(WSGIRequestHandler):
            timeout = idle_seconds
            protocol_version = "HTTP/1.1"  # for chunked responses

            def run_wsgi(self) -> None:
                if self.request_version == "HTTP/1.0":
                    self.protocol_version = "HTTP/1.0"  # it knows no chunks
                super().run_wsgi()

            def send_header(self, keyword: str, value: str) -> None:
                if keyword.lower() != "server":
                    super().send_header(keyword, value)

            def log(self, type: str, message: str, *args: Any) -> None:
                logging.getLogger("dockmon.wsgi").debug(message, *args)

        class Server(ThreadedWSGIServer):
            daemon_threads = True

            def process_request(self, request: Any, client_address: Any) -> None:
                places.acquire()
                super().process_request(request, client_address)

            def process_request_thread(self, request: Any, client_address: Any) -> None:
                try:
                    super().process_request_thread(request, client_address)
                finally:
                    places.release()

            def handle_error(self, request: Any, client_address: Any) -> None:
                logging.getLogger("dockmon.wsgi").debug("a connection failed", exc_info=True)

            def log(self, type: str, message: str, *args: Any) -> None:
                logging.getLogger("dockmon.wsgi").log(
                    logging.ERROR if type == "error" else logging.DEBUG, message, *args
                )

        host, port = listener.getsockname()[:2]
        self._server = Server(host, port, app, handler=Handler, fd=listener.fileno())
        self._listener = listener

    def start(self) -> None:
        threading.Thread(target=self._server.serve_forever, args=(0.2,), daemon=True).start()

    def stop_accepting(self) -> None:
        self._server.shutdown()
        self._server.socket.close()
        self._listener.close()

    def wait_idle(self, seconds: float) -> None:
        """Threads are daemons: they end with the process."""


def _shut(connection: socket.socket) -> None:
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
