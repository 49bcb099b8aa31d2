"""What is between a WebSocket library and the socket: bounds, order, and quick pongs.

Both libraries, eventlet's and simple-websocket, are led through here by putting a
`Line` where they have their socket. Counterpart: `client`, which does it.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import cache
from typing import Any, Final

from dockmon.realtime.outgoing import Outgoing

MAX_MESSAGE_BYTES: Final = 64 * 1024
MAX_MESSAGE_PIECES: Final = 4096
PONG: Final = "3"
_PONG_HEAD: Final = b"\x81\x81"  # a masked text frame of one byte; four of mask, and the byte
_READ_AHEAD_BYTES: Final = 4096
_RECVS_WITHOUT_YIELD: Final = 64
# With this many messages read and not dealt with nothing more is read.
_UNHEARD_MESSAGES: Final = 64
_HEARING_SECONDS: Final = 0.005
# With this many frames waiting a client gets no further pongs.
_PONGS_BEHIND: Final = 64


class Line:
    """The socket as a WebSocket library sees it: reads ahead, and writes in turn.

    The library's own pongs and closes would otherwise end up inside a frame of which
    the kernel has taken only a part.
    """

    def __init__(self, socket: Any, outgoing: Outgoing, on_end: Callable[[], None]) -> None:
        self._socket = socket
        self._outgoing = outgoing
        self._on_end = on_end
        self._ahead = b""
        self._recvs = 0
        self._unheard: list[Any] = []  # what was read elsewhere and not yet taken
        self._is_read_elsewhere = True

    def take_over(self, ws: Any) -> None:
        """Stand where the library has its socket."""
        inner = getattr(ws, "ws", None)
        if inner is not None:
            self._unheard = inner.input_buffer
            inner.sock = self  # simple-websocket reads in a thread of its own
        else:
            ws.socket = self
            self._is_read_elsewhere = False

    @property
    def has_more(self) -> bool:
        return bool(self._ahead)

    def took_pong(self) -> bool:
        """Wait for a frame and take it if it is a pong; ask only between two messages.

        Most of what viewers ever send. Taken apart by the library each costs three
        times as much.
        """
        if self._is_read_elsewhere:
            return False
        data = self._ahead = self._ahead or self._read(_READ_AHEAD_BYTES)
        if data[:2] != _PONG_HEAD or len(data) < 7 or data[2] ^ data[6] != ord(PONG):
            return False
        self._ahead = data[7:]
        return True

    def recv(self, count: int) -> bytes:
        self._recvs += 1
        if self._recvs % _RECVS_WITHOUT_YIELD == 0:
            # The library answers pings inside one wait, hundreds of them from what is ahead.
            time.sleep(0)
        while len(self._unheard) > _UNHEARD_MESSAGES and not self._outgoing.has_ended:
            time.sleep(_HEARING_SECONDS)
        if not self._ahead:
            # A frame is read in three pieces, each a system call.
            self._ahead = self._read(max(count, _READ_AHEAD_BYTES))
        data, self._ahead = self._ahead[:count], self._ahead[count:]
        return data

    def _read(self, count: int) -> bytes:
        data: bytes = self._socket.recv(count)
        if not data:
            self._on_end()
        return data

    def send(self, frame: bytes) -> int:
        # Pongs may be left out; who asks for them without end and reads none would
        # fill the memory.
        if len(self._outgoing) < _PONGS_BEHIND:
            self._outgoing.put_frame(frame)
        return len(frame)

    sendall = send

    def shutdown(self, how: int) -> None:
        self._socket.shutdown(how)

    def close(self) -> None:
        """Closing is the server's, when nobody writes any more."""


def bound(websocket: Any) -> None:
    """Bound whole messages: both WebSocket libraries only look at single frames.

    Without it a stranger's continuation frames are collected until memory ends.
    """
    inner = getattr(websocket, "ws", None)
    if inner is not None:
        inner.max_message_size = MAX_MESSAGE_BYTES
    else:
        websocket.Message = _bounded(websocket.Message)


@cache
def _bounded(message_class: Any) -> Any:
    class Bounded(message_class):  # type: ignore[misc]
        size = 0

        def push(self, data: bytes, final: bool = False) -> None:
            self.size += len(data)
            if self.size > MAX_MESSAGE_BYTES or len(self.data) > MAX_MESSAGE_PIECES:
                raise ValueError("message is too large")
            super().push(data, final)

    return Bounded


def raw_socket(websocket: Any) -> Any:
    """Return the socket below a WebSocket of either library."""
    inner = getattr(websocket, "ws", websocket)
    return getattr(inner, "sock", None) or getattr(inner, "socket", None)
