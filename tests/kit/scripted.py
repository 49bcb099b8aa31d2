"""An engine that answers with exactly the bytes a test gives it, over unix or TCP."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

# Gets "METHOD /path" and returns the pieces to send. None in place of a piece:
# stay silent until closed. After the last piece the connection is closed.
Script = Callable[[str], list[bytes | None]]


def answer(body: Any, status: int = 200, kind: str = "application/json") -> bytes:
    """Return a whole HTTP answer; anything but bytes is sent as JSON."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    head = (
        f"HTTP/1.1 {status} Said\r\nContent-Type: {kind}\r\n"
        f"Content-Length: {len(data)}\r\nConnection: close\r\n\r\n"
    )
    return head.encode() + data


def chunk(data: bytes) -> bytes:
    """Return one chunk of a chunked answer; none of nothing ends it."""
    return b"%x\r\n%s\r\n" % (len(data), data)


STREAM_HEAD = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
VERSION = answer({"Version": "27.0", "ApiVersion": "1.46", "MinAPIVersion": "1.24"})


class ScriptedEngine:
    """Listens on a unix socket at `path`, or on a free TCP port without one."""

    def __init__(self, script: Script, path: Path | None = None) -> None:
        self.script = script
        self.requests: list[str] = []
        self.closed_by_client = threading.Semaphore(0)
        self._sockets: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        if path is None:
            self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
            self.address = f"tcp://127.0.0.1:{self._listener.getsockname()[1]}"
        else:
            self._listener = socket.socket(socket.AF_UNIX)
            self._listener.bind(str(path))
            self._listener.listen(128)
            self.address = f"unix://{path}"
        self._spawn(self._accept)

    def __enter__(self) -> ScriptedEngine:
        return self

    def __exit__(self, *_details: object) -> None:
        for sock in (self._listener, *self._sockets):
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(timeout=10)
        self._listener.close()

    def _spawn(self, work: Callable[..., None], *args: Any) -> None:
        thread = threading.Thread(target=work, args=args, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _address = self._listener.accept()
                self._sockets.append(connection)
                self._spawn(self._serve, connection)

    def _serve(self, connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError):
            head = b""
            while b"\r\n\r\n" not in head:
                data = connection.recv(65_536)
                if not data:
                    return
                head += data
            line = head.partition(b" HTTP/")[0].decode()
            self.requests.append(line)
            for piece in self.script(line):
                if piece is None:
                    connection.recv(1)
                    self.closed_by_client.release()
                    return
                connection.sendall(piece)
