"""Engine.IO sessions that note every frame, whatever a Socket.IO library would make of it.

Libraries pass over what comes for a namespace they have not joined: exactly what
must not come. `clients` has the ones that behave as programs do.
"""

from __future__ import annotations

import contextlib
import json
import threading
import urllib.error
import urllib.request

import websocket

from tests.kit.server import Server
from tests.kit.waiting import eventually

_CLOSE, _PING, _PONG = "1", "2", "3"


class Raw:
    """One session. frames: all that came, the opening first, without pings."""

    def __init__(self) -> None:
        self.frames: list[str] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self.await_frame("0{")

    def send(self, frame: str) -> None:
        """Send a frame; returns before it is dealt with."""
        raise NotImplementedError

    def await_frame(self, beginning: str) -> None:
        """Wait for a frame that begins so. What was sent before it has then come."""
        eventually(
            lambda: any(frame.startswith(beginning) for frame in list(self.frames)),
            what=f"{beginning!r} among {self.frames}",
        )

    def join(self, namespace: str, token: str) -> None:
        """Join a namespace, and wait for its greeting."""
        self.send(f"40{namespace}," + json.dumps({"token": token}))
        self.await_frame(f'42{namespace},["connected"')

    def call(self, namespace: str, number: int, event: str, payload: object) -> None:
        """Send an event and wait for its ack. number: not used before in this session."""
        self.send(f"42{namespace},{number}" + json.dumps([event, payload]))
        self.await_frame(f"43{namespace},{number}[")

    def close(self) -> None:
        """Go."""
        raise NotImplementedError

    def _read(self) -> None:
        raise NotImplementedError

    def _take(self, frame: str) -> None:
        if frame == _PING:
            self.send(_PONG)
        else:
            self.frames.append(frame)


class RawWebSocket(Raw):
    """A session over WebSocket."""

    def __init__(self, server: Server) -> None:
        address = server.url.replace("http", "ws") + "/socket.io/?EIO=4&transport=websocket"
        self._ws = websocket.create_connection(address, timeout=60)
        super().__init__()

    def send(self, frame: str) -> None:
        self._ws.send(frame)

    def close(self) -> None:
        self._ws.close()
        self._reader.join(10)
        self._ws.shutdown()  # `close` leaves it open when the server closed first

    def _read(self) -> None:
        with contextlib.suppress(OSError, websocket.WebSocketException):
            while frame := str(self._ws.recv()):
                self._take(frame)


class RawPolling(Raw):
    """A session over long-polling."""

    def __init__(self, server: Server) -> None:
        self._url = f"{server.url}/socket.io/?EIO=4&transport=polling"
        self._senders: list[threading.Thread] = []
        super().__init__()

    def send(self, frame: str) -> None:
        # A POST is answered only when its frames have been dealt with.
        sender = threading.Thread(target=self._ask, args=(frame,), daemon=True)
        self._senders.append(sender)
        sender.start()

    def close(self) -> None:
        self._ask(_CLOSE)
        for thread in (self._reader, *self._senders):
            thread.join(10)

    def _read(self) -> None:
        while answer := self._ask():
            if answer.startswith("0{"):
                self._url += f"&sid={json.loads(answer[1:])['sid']}"
            for frame in answer.split("\x1e"):
                self._take(frame)

    def _ask(self, frame: str | None = None) -> str:
        """GET, or POST a frame; return the answer, nothing once the session has ended."""
        try:
            body = None if frame is None else frame.encode()
            with urllib.request.urlopen(self._url, body, timeout=60) as answer:
                return str(answer.read().decode())
        except urllib.error.HTTPError as error:
            with error:
                return ""
        except OSError:
            return ""


RAW = {"websocket": RawWebSocket, "polling": RawPolling}
