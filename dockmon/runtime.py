"""The async mode: the one file that names eventlet.

Everything else uses `threading` and `queue` from the standard library, which
`boot()` makes green in eventlet mode, and spawns through `Tasks`. That keeps
`DOCKMON_ASYNC_MODE=threading` a setting and not a rewrite.
"""

from __future__ import annotations

import errno
import logging
import os
import select
import signal
import socket
import sys
import threading
import time
import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from typing import Any

# Importing one of these opens the door to sockets that stay blocking: patched
# afterwards, the first https call ends in a RecursionError.
_TOO_EARLY = ("ssl", "requests", "urllib3", "flask", "socketio", "engineio", "docker", "sqlalchemy")

_mode = "threading"


def boot() -> None:
    """Set up the async mode that `DOCKMON_ASYNC_MODE` names; call before all other imports.

    Says nothing about an impossible value: `config.load` does, in its own words.
    """
    global _mode
    if os.environ.get("DOCKMON_ASYNC_MODE", "").strip() in ("", "eventlet"):
        early = [name for name in _TOO_EARLY if name in sys.modules]
        if early:
            raise RuntimeError(f"imported before runtime.boot(): {', '.join(early)}")
        _mode = "eventlet"
        if not _names_a_remote_engine():
            # eventlet's own resolver costs 8 MB and 0.1 s at start, and there is
            # no name to look up.
            os.environ.setdefault("EVENTLET_NO_GREENDNS", "yes")
        # psycopg knows gevent only and would block every task in C.
        os.environ.setdefault("PSYCOPG_WAIT_FUNC", "wait_selector")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import eventlet
            from eventlet import debug

            eventlet.monkey_patch()
        # A traceback for every greenlet that a closing socket ends helps nobody;
        # tasks of ours log their own faults in `services/supervisor`.
        debug.hub_exceptions(False)


def _names_a_remote_engine() -> bool:
    named = os.environ.get("DOCKMON_ENGINES") or os.environ.get("DOCKER_HOST") or ""
    return "tcp://" in named


def mode() -> str:
    """Return the async mode in force: eventlet or threading."""
    return _mode


class SystemClock:
    """The machine's clocks."""

    def time(self) -> float:
        return time.time()

    def monotonic(self) -> float:
        return time.monotonic()


class SystemTasks:
    """Green threads or threads, as the mode has it."""

    def __init__(self, blocking_at_once: int = 2) -> None:
        self._blocking = threading.BoundedSemaphore(blocking_at_once)

    def spawn(self, work: Callable[..., Any], *args: Any, name: str = "") -> None:
        threading.Thread(target=work, args=args, name=name or None, daemon=True).start()

    def run_blocking(self, work: Callable[..., Any], *args: Any) -> Any:
        with self._blocking:
            if _mode == "eventlet":
                from eventlet import tpool

                return tpool.execute(work, *args)
            return work(*args)


# Serving.

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
    server = (_EventletServer if _mode == "eventlet" else _ThreadedServer)(
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
        self._write = _original("os").write
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._signalled)

    def wait(self) -> None:
        if _mode == "eventlet":
            from eventlet.hubs import trampoline

            trampoline(self._reader, read=True)
        else:
            select.select([self._reader], [], [])

    def _signalled(self, _number: int, _frame: Any) -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: os._exit(1))
        self._write(self._writer, b"x")


def _original(module: str) -> Any:
    if _mode == "eventlet":
        from eventlet.patcher import original

        return original(module)
    return __import__(module)


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


# Answers without a foreseeable end.


def stream(
    environ: dict[str, Any],
    write: Callable[[bytes], Any],
    chunks: Iterable[bytes],
    on_gone: Callable[[], None],
) -> Iterator[bytes]:
    """Send an answer's head and then each chunk at once; hand the result to the WSGI server.

    write: what `start_response` returned. on_gone: called, from another task, when
    the reader has gone away, however silent the chunks are. An OSError from
    `chunks` cuts the connection, so that the reader can tell that from an end.
    """
    stop = watch_reader(environ, on_gone)
    try:
        # Written by ourselves, not yielded: eventlet's server sends no head before
        # the first byte, holds back what is short of 4,096, and puts a traceback
        # into the log for every reader that goes away.
        write(_HEAD_ONLY)
        for chunk in chunks:
            write(chunk)
        write(b"")  # eventlet only ends a chunked answer by itself if it was yielded
    except OSError as cut:
        raise _quiet_end() from cut
    finally:
        stop()
        on_gone()
    yield from ()


class _HeadOnly(bytes):
    """Nothing at all, to any server. eventlet would make the empty last chunk of it,
    `b"0" + CRLF + this + CRLF`, and so end the answer before it has begun."""

    def __radd__(self, _before: bytes) -> _HeadOnly:
        return self

    def __add__(self, _after: Any) -> bytes:
        return b""


_HEAD_ONLY = _HeadOnly()


def _quiet_end() -> BaseException:
    """Return what ends a connection, unfinished, without a line in the log."""
    if _mode == "eventlet":
        from greenlet import GreenletExit

        end: BaseException = GreenletExit()
        return end
    return ConnectionResetError(errno.ECONNRESET, "the answer was cut")


def watch_reader(environ: dict[str, Any], on_gone: Callable[[], None]) -> Callable[[], None]:
    """Call `on_gone` once, in a task of its own, when the client closes its connection.

    A client that only closes its sending side counts as gone, as with other
    servers: the two look the same until something is written. Call what is
    returned before the next request of the connection is read.
    """
    sock = _socket_of(environ)
    # Elsewhere than on Linux a reader's end is only noticed by writing.
    if sock is None or not hasattr(_original("select"), "epoll"):
        return lambda: None
    for option, value in ((_KEEPALIVE, 1), (_KEEPIDLE, 30), (_KEEPINTVL, 10), (_KEEPCNT, 3)):
        # Whoever lost the network says nothing at all.
        with suppress(OSError):
            sock.setsockopt(*option, value)
    return _Readers.shared().watch(sock.fileno(), on_gone)


_KEEPALIVE = (socket.SOL_SOCKET, socket.SO_KEEPALIVE)
_KEEPIDLE, _KEEPINTVL, _KEEPCNT = (
    (socket.IPPROTO_TCP, getattr(socket, name, 0))
    for name in ("TCP_KEEPIDLE", "TCP_KEEPINTVL", "TCP_KEEPCNT")
)


def _socket_of(environ: dict[str, Any]) -> socket.socket | None:
    body = environ.get("eventlet.input")
    found: socket.socket | None = (
        body.get_socket() if body is not None else environ.get("werkzeug.socket")
    )
    return found if found is not None else environ.get("gunicorn.socket")


class _Readers:
    """Every client that is being watched, by one task.

    Asks the kernel for the end of the connection alone: a request that the client
    sent ahead stays where it is, and does not hide an end that comes behind it.
    """

    _one: _Readers | None = None
    _making = threading.Lock()

    @classmethod
    def shared(cls) -> _Readers:
        # A lock of before boot(), so a real one: nothing may switch tasks under it.
        with cls._making:
            one, is_new = cls._one or cls(), cls._one is None
            cls._one = one
        if is_new:
            threading.Thread(target=one._run, name="readers", daemon=True).start()
        return one

    def __init__(self) -> None:
        self._select = _original("select")
        self._epoll = self._select.epoll()
        self._lock = threading.Lock()
        self._on_gone: dict[int, Callable[[], None]] = {}  # by file descriptor

    def watch(self, number: int, on_gone: Callable[[], None]) -> Callable[[], None]:
        def stop() -> None:
            with self._lock:
                # By then the number may belong to another connection.
                if self._on_gone.get(number) is on_gone:
                    self._forget(number)

        with self._lock:
            self._forget(number)
            self._on_gone[number] = on_gone
            self._epoll.register(number, self._select.EPOLLRDHUP)  # and HUP and ERR, always
        return stop

    def _forget(self, number: int) -> None:
        self._on_gone.pop(number, None)
        with suppress(OSError, ValueError):
            self._epoll.unregister(number)

    def _run(self) -> None:
        while True:
            self._wait()
            with self._lock:
                numbers = [number for number, _ in self._epoll.poll(0)]
                gone = [self._on_gone[number] for number in numbers if number in self._on_gone]
                for number in numbers:
                    self._forget(number)
            for on_gone in gone:
                threading.Thread(target=on_gone, daemon=True).start()

    def _wait(self) -> None:
        if _mode == "eventlet":
            from eventlet.hubs import trampoline

            trampoline(self._epoll.fileno(), read=True)
        else:
            self._epoll.poll()
