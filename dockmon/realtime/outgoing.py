"""The one way out to a client: what it is sent leaves in the order it was put.

A client that polls takes what waits. A client with a WebSocket is sent each frame at
once, in the task that puts it, as long as nothing waits and its socket takes the frame
whole. The rest is finished by a task that exists only while something waits, so that
nobody but that task ever waits for a slow client.
"""

from __future__ import annotations

import socket as sockets
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from typing import Any, Final

from engineio.packet import NOOP, Packet

from dockmon.realtime.frames import GOODBYE, frame_of

# With this much waiting a client gets no further answers: they are never skipped, but
# they can wait. With one more, and what the kernel holds, it makes half a megabyte.
UNREAD_BYTES: Final = 128 * 1024
# What the kernel may hold for one client; it counts its own overhead and doubles this.
# By itself it would grow to 4 MB for everyone who does not read.
_KERNEL_BYTES: Final = 128 * 1024
_AT_ONCE: Final = getattr(sockets, "MSG_DONTWAIT", None)  # None: leave it to the task


class Outgoing:
    """What waits for one client. Stands where Engine.IO has a queue without a limit."""

    def __init__(
        self, spawn: Callable[[Callable[[], None]], Any], lock: AbstractContextManager[Any]
    ) -> None:
        self.waiting_bytes = 0
        self.taken_bytes = 0  # so far, of what had to wait
        self.has_ended = False
        self._spawn = spawn
        self._lock = lock
        self._arrived = threading.Event()
        self._packets: deque[Packet] = deque()  # until there is a WebSocket
        self._frames: deque[memoryview] = deque()  # from then on
        self._socket: Any = None
        self._send_some: Any = None
        self._writer: Any = None  # the task, while something waits

    def __len__(self) -> int:
        """Return how many packets wait."""
        return len(self._packets) + len(self._frames)

    def put(self, packet: Packet | None) -> None:
        """Send a packet, now or in its turn. None, and nothing comes after it."""
        with self._lock:
            if self.has_ended:
                return
            if packet is None:
                self._end()
            elif self._socket is not None:
                self._send(frame_of(packet))
            else:
                self._packets.append(packet)
                self.waiting_bytes += len(packet.encode())
                self._arrived.set()

    def put_frame(self, frame: bytes) -> None:
        """Send a frame that the WebSocket library made: a pong, a close."""
        with self._lock:
            # Its reader runs before there is a stream: what it says by then is left out.
            if self._socket is not None and not self.has_ended:
                self._send(frame)

    def take(self, count: int, timeout_seconds: float) -> list[Packet]:
        """Wait for packets and return as many as asked for; none at the end of all.

        Raises: TimeoutError.
        """
        until = time.monotonic() + timeout_seconds
        while True:
            with self._lock:
                taken = [self._packets.popleft() for _ in range(min(count, len(self._packets)))]
                self._took(sum(len(packet.encode()) for packet in taken))
                if taken or self.has_ended:
                    return taken
                if self._socket is not None:
                    return [Packet(NOOP)]  # a poll left over from before the WebSocket
                self._arrived.clear()
            if not self._arrived.wait(max(0.0, until - time.monotonic())):
                raise TimeoutError

    def stream(self, socket: Any) -> None:
        """Go on by WebSocket: what waits first, then what is put."""
        socket.settimeout(None)  # the pings watch over it; a time-out is a timer for every read
        with suppress(OSError):
            socket.setsockopt(sockets.SOL_SOCKET, sockets.SO_SNDBUF, _KERNEL_BYTES)
            socket.setsockopt(sockets.IPPROTO_TCP, sockets.TCP_NODELAY, 1)
        with self._lock:
            self._socket = socket
            # eventlet keeps the socket that does not wait inside the one that does.
            self._send_some = getattr(socket, "fd", socket).send
            packets, self._packets, self.waiting_bytes = self._packets, deque(), 0
            self._arrived.set()
            for packet in packets:
                self._send(frame_of(packet))
            if self.has_ended:
                self._hang_up()

    def cut(self) -> None:
        """End without a word; what waits is dropped."""
        with self._lock:
            self.has_ended = True
            self._drop()
            self._arrived.set()
            if self._socket is not None:
                self._hang_up()

    def join(self) -> None:
        """Wait until the task has let go of the socket. Only after the end."""
        writer = self._writer
        if writer is not None:
            writer.join()

    # Below, the caller holds the lock.

    def _send(self, frame: bytes) -> None:
        sent = self._send_now(frame) if self._writer is None else 0
        if sent == len(frame) or self.has_ended:
            return
        self._frames.append(memoryview(frame)[sent:])
        self.waiting_bytes += len(frame) - sent
        if self._writer is None:
            try:
                self._writer = self._spawn(self._write)
            except RuntimeError:
                self._fail()  # no thread to be had; what follows must not overtake this frame

    def _send_now(self, frame: bytes) -> int:
        """Return how much of it the kernel took at once."""
        if _AT_ONCE is None:
            return 0
        try:
            sent: int = self._send_some(frame, _AT_ONCE)
        except BlockingIOError:
            return 0
        except OSError:
            self._fail()
            return 0
        return sent

    def _end(self) -> None:
        self.has_ended = True
        self._arrived.set()
        if self._socket is None:
            return
        if self._frames:
            # It is behind, and may never read again: nobody waits for that.
            self._drop()
        else:
            self._send_now(GOODBYE)
        self._hang_up()

    def _fail(self) -> None:
        self.has_ended = True
        self._drop()
        self._hang_up()

    def _took(self, size: int) -> None:
        self.waiting_bytes -= size
        self.taken_bytes += size

    def _drop(self) -> None:
        self._packets.clear()
        self._frames.clear()
        self.waiting_bytes = 0

    def _hang_up(self) -> None:
        """Wake whoever reads from it or writes to it; closing is the server's work."""
        with suppress(OSError):
            self._socket.shutdown(sockets.SHUT_RDWR)

    # The task; holds the lock only between two sends.

    def _write(self) -> None:
        while True:
            with self._lock:
                if not self._frames:
                    self._writer = None
                    return
                frame = self._frames[0]
            try:
                sent = self._socket.send(frame)  # waits until there is room for some
            except OSError:
                with self._lock:
                    self._fail()
                    self._writer = None
                return
            with self._lock:
                if not self._frames:
                    continue  # dropped meanwhile
                self._took(sent)
                if sent < len(frame):
                    self._frames[0] = frame[sent:]
                else:
                    self._frames.popleft()
