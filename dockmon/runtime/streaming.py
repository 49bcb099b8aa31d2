"""Answers without a foreseeable end: sent as they come, ended when the reader goes.

The counterpart is `serving`, whose servers hand these requests over.
"""

from __future__ import annotations

import errno
import socket
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from typing import Any

from dockmon.runtime import mode, original


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
    if mode() == "eventlet":
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
    if sock is None or not hasattr(original("select"), "epoll"):
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
        self._select = original("select")
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
        if mode() == "eventlet":
            from eventlet.hubs import trampoline

            trampoline(self._epoll.fileno(), read=True)
        else:
            self._epoll.poll()
