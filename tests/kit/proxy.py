"""A web proxy in front of dockmon, as bad as some are: without WebSocket, without Socket.IO.

It can be switched while it runs. The Host header goes through untouched, so that a
page fetched through it has the proxy as its origin, as behind any real one.
"""

from __future__ import annotations

import contextlib
import re
import socket
import threading
from typing import Literal

_HEAD_END = b"\r\n\r\n"
_HEAD_MAX_BYTES = 65_536
_HOP_HEADERS = re.compile(rb"\r\n(?:connection|upgrade|sec-websocket-[a-z]+):[^\r]*", re.IGNORECASE)
_UPGRADE = re.compile(rb"\r\nupgrade: *websocket", re.IGNORECASE)


class WebProxy:
    """Listens on a free port of loopback and passes everything to the server on `target`.

    websocket: "passed"; "refused", answered 403; or "stripped", the request goes on
    without its Upgrade header, as through a proxy that never heard of it. refuse: paths
    that are answered 404. hold: paths of which nothing is passed on until it is
    changed; both are regular expressions, None for nothing. What is switched holds
    for new requests; `cut` ends the ones there are.
    """

    def __init__(self, target: int) -> None:
        self.websocket: Literal["passed", "refused", "stripped"] = "passed"
        self.refuse: str | None = None
        self.hold: str | None = None
        self._target = target
        self._is_closed = threading.Event()
        self._links: set[_Link] = set()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self) -> str:
        """Its address without a slash at the end."""
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def cut(self) -> None:
        """Cut every connection there is. New ones are let through."""
        for link in list(self._links):
            link.close()

    def close(self) -> None:
        """End everything."""
        self._is_closed.set()
        _shut(self._listener)
        self._listener.close()
        self.cut()

    def __enter__(self) -> WebProxy:
        return self

    def __exit__(self, *_details: object) -> None:
        self.close()

    # Used by the connections.

    def verdict(self, path: str, head: bytes) -> bytes:
        """Return the status line to answer with, empty to pass the request on."""
        while self.hold is not None and re.search(self.hold, path):
            if self._is_closed.wait(0.02):
                return b"503 Service Unavailable"
        if self.refuse is not None and re.search(self.refuse, path):
            return b"404 Not Found"
        if _UPGRADE.search(head) and self.websocket == "refused":
            return b"403 Forbidden"
        return b""

    def passed_on(self, head: bytes) -> bytes:
        """Return a request's head as the server gets it."""
        if _UPGRADE.search(head) and self.websocket == "passed":
            return head
        # One request a connection: everything after the head is then a plain tunnel.
        return _HOP_HEADERS.sub(b"", head)[: -len(_HEAD_END)] + b"\r\nConnection: close" + _HEAD_END

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self._target))

    def forget(self, link: _Link) -> None:
        self._links.discard(link)

    def _accept(self) -> None:
        while not self._is_closed.is_set():
            try:
                client, _address = self._listener.accept()
            except OSError:
                return
            link = _Link(self, client)
            self._links.add(link)
            threading.Thread(target=link.run, daemon=True).start()


class _Link:
    """One connection through the proxy, with one request on it."""

    def __init__(self, proxy: WebProxy, client: socket.socket) -> None:
        self._proxy = proxy
        self._client = client
        self._server: socket.socket | None = None

    def run(self) -> None:
        with contextlib.suppress(OSError):
            self._serve()
        self.close()
        self._client.close()
        self._proxy.forget(self)

    def close(self) -> None:
        # Only shut: the threads that use the sockets close them.
        _shut(self._client)
        if self._server is not None:
            _shut(self._server)

    def _serve(self) -> None:
        head, rest = self._read_head()
        path = head.split(b" ", 2)[1].decode() if head.count(b" ") >= 2 else ""
        status = self._proxy.verdict(path, head)
        if status:
            self._client.sendall(
                b"HTTP/1.1 %s\r\nContent-Length: 0\r\nConnection: close\r\n\r\n" % status
            )
            return
        with self._proxy.connect() as self._server:
            self._server.sendall(self._proxy.passed_on(head) + rest)
            answers = threading.Thread(target=self._pump, args=(self._server, self._client))
            answers.start()
            self._pump(self._client, self._server)
            answers.join()

    def _read_head(self) -> tuple[bytes, bytes]:
        data = b""
        while _HEAD_END not in data:
            piece = self._client.recv(65_536)
            if not piece or len(data) > _HEAD_MAX_BYTES:
                raise ConnectionAbortedError
            data += piece
        head, _, rest = data.partition(_HEAD_END)
        return head + _HEAD_END, rest

    def _pump(self, source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65_536):
                sink.sendall(data)
        self.close()


def _shut(sock: socket.socket) -> None:
    with contextlib.suppress(OSError):
        sock.shutdown(socket.SHUT_RDWR)
