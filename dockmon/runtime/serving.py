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

from dockmon.runtime import mode

Serving = Callable[[str, int], None]
"""Called with the address and the port once connections are taken."""

MAX_CONNECTIONS = 10_000
MAX_THREADS = 1_000
IDLE_SECONDS = 60.0
_STOP_SECONDS = 4.0
_READS_WITHOUT_YIELD = 8


def serve(
    app: Any, bind: str, port: int, ready: Serving, stop: Callable[[], None], idle_seconds: float
) -> None:
    """Serve a WSGI app until SIGTERM or SIGINT, then call `stop` and return.

    A second signal ends the process at once. idle_seconds: how long a connection
    may stay silent where something is still expected of it.

    Raises: OSError when the address cannot be listened on.
    """
    listener = _listen(bind, port)
    _raise_file_limit()
    signals = _SelfPipe()
    server = (_EventletServer if mode() == "eventlet" else _ThreadedServer)(
        app, listener, idle_seconds
    )
    server.start()
    ready(bind, listener.getsockname()[1])
    signals.wait()
    # Whatever hangs while stopping must not keep the process alive.
    watchdog = threading.Timer(_STOP_SECONDS, lambda: os._exit(0))
    watchdog.daemon = True
    watchdog.start()
    server.stop_accepting()
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


def _raise_file_limit() -> None:
    """Every viewer is a descriptor, and the usual soft limit is 1,024."""
    with suppress(ImportError, ValueError, OSError):
        import resource

        _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


class _SelfPipe:
    """Turns signals into something a task can wait for.

    The byte is written by the interpreter the moment the signal comes. A handler in
    Python is too late: it runs when the main thread next runs, which may be waiting,
    having missed the signal by an instant or left it to another thread.
    """

    def __init__(self) -> None:
        self._reader, writer = os.pipe()
        os.set_blocking(writer, False)
        signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._signalled)

    def wait(self) -> None:
        """Wait for the first signal."""
        if mode() == "eventlet":
            from eventlet.hubs import trampoline

            trampoline(self._reader, read=True)
        else:
            select.select([self._reader], [], [])

    def _signalled(self, _number: int, _frame: Any) -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: os._exit(1))


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
            _in_turns(app),
            log=logging.getLogger("dockmon.wsgi"),
            log_output=False,
            protocol=_quiet(wsgi.HttpProtocol),
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
            connection = [address, _fair(client), self._idle_state]
            eventlet.spawn_n(self._serve_one, connection)

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


def _quiet(protocol: Any) -> Any:
    """Return the protocol without the lines it prints of every malformed request."""

    class Quiet(protocol):  # type: ignore[misc]
        error_content_type = "text/plain"
        error_message_format = "%(code)d %(message)s\n"

        def log_message(self, *_details: Any) -> None:
            pass

        def version_string(self) -> str:
            return "-"

    return Quiet


def _in_turns(app: Any) -> Any:
    def serve_one(environ: dict[str, Any], start_response: Any) -> Any:
        # Requests that were sent ahead are read without a wait, and served without one.
        time.sleep(0)
        if "chunked" in environ.get("HTTP_TRANSFER_ENCODING", "").lower():
            # The server takes the chunks apart; without this Flask takes the body for empty.
            environ["wsgi.input_terminated"] = True
        return app(environ, start_response)

    return serve_one


def _fair(client: Any) -> Any:
    """Return the connection with a reader that lets others run.

    A read that finds data does not yield: one client that always has more to send
    would be the only one served.
    """
    from eventlet.greenio import GreenSocket

    class Fair(GreenSocket):  # type: ignore[misc]
        reads = 0

        def recv(self, *args: Any) -> bytes:
            data: bytes = super().recv(*args)
            self._yield_at_times()
            return data

        def recv_into(self, *args: Any) -> int:
            count: int = super().recv_into(*args)
            self._yield_at_times()
            return count

        def _yield_at_times(self) -> None:
            self.reads += 1
            if self.reads % _READS_WITHOUT_YIELD == 0:
                time.sleep(0)

    fair = Fair(client.fd)
    fair.settimeout(client.gettimeout())
    # The accepted socket closes the connection when nobody holds it any more.
    fair.accepted = client
    return fair


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
                if not places.acquire(blocking=False):
                    # Waiting here would keep everybody out, and the end of the process too.
                    self.shutdown_request(request)
                    return
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
