"""A proxy between dockmon and an engine that misbehaves on command, unix to unix.

It knows as much HTTP as it needs: where a request begins, and the chunks of the
event stream, because a lost or mangled event is a fault of its own.
"""

from __future__ import annotations

import contextlib
import re
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path

_REQUEST = re.compile(rb"(GET|HEAD|POST|PUT|DELETE) (\S+) HTTP/1\.[01]\r\n")
_ERROR_BODY = b'{"message":"chaos"}'
_ERROR = (
    b"HTTP/1.1 500 Internal Server Error\r\nContent-Type: application/json\r\n"
    b"Connection: close\r\nContent-Length: %d\r\n\r\n" % len(_ERROR_BODY)
) + _ERROR_BODY


class ChaosProxy:
    """Listens on `path` and passes everything to the engine at `target`.

    delay_seconds: before every piece of an answer. fail: paths that are answered
    500. hold: paths that are not passed on until it is changed; both are regular
    expressions, None for nothing. change_event: gets each line of an event stream
    and returns what goes on instead, none, one or more. requests: (method, path)
    of all that came.
    """

    def __init__(self, target: Path, path: Path) -> None:
        self.target = target
        self.path = path
        self.delay_seconds = 0.0
        self.fail: str | None = None
        self.hold: str | None = None
        self.change_event: Callable[[bytes], list[bytes]] | None = None
        self.requests: list[tuple[str, str]] = []
        self._flows = threading.Event()
        self._flows.set()
        self._is_closed = False
        self._links: set[_Link] = set()
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(path))
        self._listener.listen(128)
        self._accepting = threading.Thread(target=self._accept, daemon=True)
        self._accepting.start()

    def freeze(self) -> None:
        """Pass nothing on, in either direction; new connections hang, too."""
        self._flows.clear()

    def thaw(self) -> None:
        """Pass on again, what was held back included."""
        self._flows.set()

    def cut(self) -> None:
        """Cut every connection there is. New ones are let through."""
        for link in list(self._links):
            link.close()

    def close(self) -> None:
        """End everything; the proxy's socket is gone."""
        self._is_closed = True
        self._flows.set()
        # Closed under a green thread that waits for it, it would never wake up, and the
        # next pipe to get the number would be "a second reader" of it.
        with socket.socket(socket.AF_UNIX) as caller, contextlib.suppress(OSError):
            caller.connect(str(self.path))
        self._accepting.join()
        self._listener.close()
        self.cut()
        self.path.unlink(missing_ok=True)

    def __enter__(self) -> ChaosProxy:
        return self

    def __exit__(self, *_details: object) -> None:
        self.close()

    # Ready-made faults for `change_event`.

    def drop_one_event_in(self, number: int) -> None:
        """Lose every `number`th event."""
        self.change_event = _every(number, lambda _line: [])

    def duplicate_events(self) -> None:
        """Send every event twice."""
        self.change_event = lambda line: [line, line]

    def truncate_one_event_in(self, number: int) -> None:
        """Break the JSON of every `number`th event."""
        self.change_event = _every(number, lambda line: [line[: len(line) // 2]])

    # Used by the connections.

    def wait(self, path: str) -> None:
        """Wait while nothing may pass, or not this."""
        self._flows.wait()
        while not self._is_closed and self.hold is not None and re.search(self.hold, path):
            time.sleep(0.01)

    def forget(self, link: _Link) -> None:
        self._links.discard(link)

    def _accept(self) -> None:
        while True:
            try:
                client, _address = self._listener.accept()
            except OSError:
                return
            if self._is_closed:
                client.close()
                return
            engine = socket.socket(socket.AF_UNIX)
            try:
                engine.connect(str(self.target))
            except OSError:
                client.close()
                engine.close()
                continue
            link = _Link(self, client, engine)
            self._links.add(link)
            link.start()


class _Link:
    """One connection through the proxy."""

    def __init__(self, proxy: ChaosProxy, client: socket.socket, engine: socket.socket) -> None:
        self._proxy = proxy
        self._client = client
        self._engine = engine
        self._path = ""
        self._lock = threading.Lock()
        self._running = 2

    def start(self) -> None:
        for work in (self._pass_requests, self._pass_answers):
            threading.Thread(target=self._run, args=(work,), daemon=True).start()

    def close(self) -> None:
        # Only shut: the threads that use the sockets close them.
        _shut(self._client)
        _shut(self._engine)

    def _run(self, work: Callable[[], None]) -> None:
        with contextlib.suppress(OSError):
            work()
        self.close()
        self._ended()

    def _ended(self) -> None:
        with self._lock:
            self._running -= 1
            if self._running:
                return
        self._client.close()
        self._engine.close()
        self._proxy.forget(self)

    def _pass_requests(self) -> None:
        while data := self._client.recv(65_536):
            # A request of ours is always sent in one piece or headers first.
            request = _REQUEST.match(data)
            if request:
                self._path = request[2].decode()
                self._proxy.requests.append((request[1].decode(), self._path))
                if self._proxy.fail is not None and re.search(self._proxy.fail, self._path):
                    self._client.sendall(_ERROR)
                    return
            self._proxy.wait(self._path)
            self._engine.sendall(data)

    def _pass_answers(self) -> None:
        events = _EventChunks()
        while data := self._engine.recv(65_536):
            self._proxy.wait("")
            if self._proxy.delay_seconds:
                time.sleep(self._proxy.delay_seconds)
            if "/events" in self._path and self._proxy.change_event is not None:
                data = events.changed(data, self._proxy.change_event)
            if data:
                self._client.sendall(data)


class _EventChunks:
    """Changes the lines of a chunked answer. dockerd sends each event as one chunk."""

    def __init__(self) -> None:
        self._rest = b""

    def changed(self, data: bytes, change: Callable[[bytes], list[bytes]]) -> bytes:
        if data.startswith(b"HTTP/"):
            head, end, data = data.partition(b"\r\n\r\n")
            return head + end + self.changed(data, change)
        self._rest += data
        out = b""
        while b"\r\n" in self._rest:
            size, _, body = self._rest.partition(b"\r\n")
            length = int(size, 16)
            if len(body) < length + 2:
                break
            chunk, self._rest = body[:length], body[length + 2 :]
            lines = change(chunk.rstrip(b"\n")) if length else [b""]
            for line in lines:
                payload = line + b"\n" if length else b""
                out += b"%x\r\n%s\r\n" % (len(payload), payload)
        return out


def _every(number: int, change: Callable[[bytes], list[bytes]]) -> Callable[[bytes], list[bytes]]:
    count = 0

    def changed(line: bytes) -> list[bytes]:
        nonlocal count
        count += 1
        return change(line) if count % number == 0 else [line]

    return changed


def _shut(sock: socket.socket) -> None:
    with contextlib.suppress(OSError):
        sock.shutdown(socket.SHUT_RDWR)
