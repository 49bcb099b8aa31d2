"""Reads one log over a bare socket: what comes, when, and how it ends."""

from __future__ import annotations

import json
import socket
import struct
import time
from typing import Any
from urllib.parse import urlsplit

from tests.kit.server import Server


class LogReader:
    """One request for a log.

    status, headers: of the answer, once `head` was called. is_whole: whether the
    answer came to its proper end, None while it has not ended.
    """

    def __init__(
        self, server: Server, path: str, token: str | None = None, ahead: str = ""
    ) -> None:
        self.is_whole: bool | None = None
        self.status = 0
        self.headers: dict[str, str] = {}
        self._rest = b""
        self._body = b""
        host, port = urlsplit(server.url).hostname, server.port
        self.socket = socket.create_connection((host, port), timeout=10)
        request = _request(server, path, token or server.token())
        self.socket.sendall(request + (_request(server, ahead, server.token()) if ahead else b""))

    def ask(self, server: Server, path: str) -> None:
        """Send the next request on the same connection."""
        self.is_whole, self._body = None, b""
        self.socket.sendall(_request(server, path, server.token()))

    def head(self, timeout: float = 10) -> int:
        """Wait for the answer's head and return the status."""
        end = time.monotonic() + timeout
        while b"\r\n\r\n" not in self._rest:
            assert self._receive(end), self._rest
        head, _, self._rest = self._rest.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        self.status = int(first.split()[1])
        self.headers = {k.lower(): v for k, v in (line.split(": ", 1) for line in lines)}
        return self.status

    def line(self, timeout: float = 10) -> str | None:
        """Return the next line, None at the end of the answer."""
        end = time.monotonic() + timeout
        while b"\n" not in self._body:
            if self.is_whole is None:
                self._unchunk()
            if b"\n" in self._body:
                break
            if self.is_whole is not None:
                return None
            if not self._receive(end):
                self.is_whole = False
        line, _, self._body = self._body.partition(b"\n")
        return line.decode()

    def lines(self, timeout: float = 30) -> list[str]:
        """Return every line up to the end."""
        end = time.monotonic() + timeout
        found = []
        while (line := self.line(end - time.monotonic())) is not None:
            found.append(line)
        return found

    def objects(self, timeout: float = 30) -> list[dict[str, Any]]:
        """Return every line as JSON, up to the end."""
        return [json.loads(line) for line in self.lines(timeout)]

    def object(self, timeout: float = 10) -> dict[str, Any]:
        """Return the next line as JSON."""
        line = self.line(timeout)
        assert line is not None
        found: dict[str, Any] = json.loads(line)
        return found

    def close(self) -> None:
        """Go away as a program does that ends."""
        self.socket.close()

    def reset(self) -> None:
        """Go away without a farewell."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()

    def half_close(self) -> None:
        """Say that nothing more will be asked."""
        self.socket.shutdown(socket.SHUT_WR)

    def __enter__(self) -> LogReader:
        return self

    def __exit__(self, *_details: object) -> None:
        self.close()

    def _receive(self, end: float) -> bool:
        self.socket.settimeout(max(end - time.monotonic(), 0.001))
        try:
            data = self.socket.recv(65_536)
        except ConnectionResetError:
            data = b""
        self._rest += data
        return bool(data)

    def _unchunk(self) -> None:
        if self.headers.get("transfer-encoding") != "chunked":
            self._body, self._rest = self._body + self._rest, b""
            return
        while b"\r\n" in self._rest:
            size, _, rest = self._rest.partition(b"\r\n")
            length = int(size, 16)
            if len(rest) < length + 2:
                return
            self._body += rest[:length]
            self._rest = rest[length + 2 :]
            if length == 0:
                self.is_whole = True
                return


def _request(server: Server, path: str, token: str) -> bytes:
    return (
        f"GET /api/v1/{path} HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\n"
        f"Authorization: Bearer {token}\r\n\r\n"
    ).encode()
