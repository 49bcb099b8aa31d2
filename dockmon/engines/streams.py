"""Own readers of what an engine sends without end: events and logs.

The SDK's readers report a lost engine as a clean end, lose which stream a log
line came from, and hand a terminal's output over byte by byte. Here the end of
a stream is only that, whatever ended it, and bytes come as they arrive.
"""

from __future__ import annotations

import http.client
import logging
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any, Final

import orjson
import requests
import urllib3.exceptions

from dockmon.domain.engine_events import EngineEvent
from dockmon.domain.errors import DockmonError, EngineTimedOut
from dockmon.domain.logs import StreamName
from dockmon.engines import translate
from dockmon.engines.transport import shut

log = logging.getLogger(__name__)

_READ_BYTES: Final = 65_536
_TURN_BYTES: Final = 65_536
_LONGEST_LINE_BYTES: Final = 4 * 1024 * 1024
_LONGEST_FRAME_BYTES: Final = 16 * 1024 * 1024
_FRAME_HEADER_BYTES: Final = 8

# ValueError: what a reader sees that was closed while it slept.
_END: Final = (OSError, http.client.HTTPException, urllib3.exceptions.HTTPError, ValueError)


class ByteStream:
    """The body of an answer, piece by piece as it arrives, closable from any task."""

    def __init__(self, response: requests.Response) -> None:
        self._response = response
        # The way the SDK takes to its sockets; there is no public one.
        below: Any = response.raw
        self._socket: Any = below._fp.fp.raw._sock
        self._lock = threading.Lock()
        self._is_reading = False
        self._is_closed = False
        self._unbroken_bytes = 0
        # The headers had a time-out; from here on silence is normal.
        self._socket.settimeout(None)

    def read(self) -> bytes:
        """Return what there is, waiting for at least one byte; nothing at the end."""
        with self._lock:
            if self._is_closed:
                return b""
            self._is_reading = True
        data = b""
        try:
            data = self._response.raw.read1(_READ_BYTES)
        except _END as end:
            log.debug("stream ended: %s", end)
        with self._lock:
            self._is_reading = False
            self._is_closed = self._is_closed or not data
            if self._is_closed:
                self._release()
        self._let_others_run(len(data))
        return data

    def close(self) -> None:
        """End the stream. A reader that waits wakes up and finds it ended."""
        with self._lock:
            self._is_closed = True
            shut(self._socket)
            # The buffer belongs to whoever is reading: closing it under a reader is
            # a RuntimeError with green threads and a dead lock with real ones.
            if not self._is_reading:
                self._release()

    def _let_others_run(self, count: int) -> None:
        """Give way now and then: an engine that sends faster than we read never makes us wait.

        With green threads nobody else would run until the end of a long log.
        """
        self._unbroken_bytes += count
        if self._unbroken_bytes >= _TURN_BYTES:
            self._unbroken_bytes = 0
            time.sleep(0)

    def _release(self) -> None:
        shut(self._socket)
        try:
            # Not the response's own close: that hands a dead connection to the pool,
            # which complains in the log when a hundred streams end at once.
            self._response.raw.close()
        except _END as end:
            log.debug("stream closed badly: %s", end)


class PatientStream:
    """A stream that is opened by whoever reads it first.

    For Podman, which sends no headers before a log has something to say. Opening
    is tried again and again with a short time-out, so that `close` is heeded soon.
    """

    def __init__(self, open_stream: Callable[[], ByteStream]) -> None:
        self._open = open_stream
        self._stream: ByteStream | None = None
        self._is_closed = False

    def read(self) -> bytes:
        while self._stream is None and not self._is_closed:
            try:
                self._stream = self._open()
            except EngineTimedOut:
                continue
            except DockmonError as end:
                log.debug("stream not opened: %s", end)
                return b""
        if self._stream is None or self._is_closed:
            self.close()
            return b""
        return self._stream.read()

    def close(self) -> None:
        self._is_closed = True
        if self._stream is not None:
            self._stream.close()


class LineAssembler:
    """Cuts a stream of bytes into lines."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> list[bytes]:
        """Return the lines that are complete now, without their ends and without empty ones.

        Raises: ValueError (a line without end).
        """
        *lines, self._rest = (self._rest + data).split(b"\n")
        if len(self._rest) > _LONGEST_LINE_BYTES:
            raise ValueError("a line without end")
        return [line for line in lines if line.strip()]


class FrameAssembler:
    """Cuts an engine's multiplexed log into frames.

    A frame: one byte of stream number, three of zero, four of length, the payload.
    """

    def __init__(self) -> None:
        self._rest = bytearray()

    def feed(self, data: bytes) -> list[tuple[StreamName, bytes]]:
        """Return the frames that are complete now; empty ones are left out.

        Raises: ValueError (this is not a multiplexed log).
        """
        rest = self._rest
        rest += data
        frames: list[tuple[StreamName, bytes]] = []
        start = 0
        while len(rest) - start >= _FRAME_HEADER_BYTES:
            number, length = rest[start], int.from_bytes(rest[start + 4 : start + 8])
            if number > 3 or rest[start + 1 : start + 4].strip(b"\0"):
                raise ValueError("not a frame of a log")
            if length > _LONGEST_FRAME_BYTES:
                raise ValueError(f"a frame of {length} bytes")
            end = start + _FRAME_HEADER_BYTES + length
            if end > len(rest):
                break
            if length:
                # 3 is the engine's own complaint about the log; it belongs with the errors.
                name: StreamName = "stderr" if number >= 2 else "stdout"
                frames.append((name, bytes(rest[start + _FRAME_HEADER_BYTES : end])))
            start = end
        del rest[:start]
        return frames


class EngineEvents:
    """An engine's events, as they come. The counterpart is `ports.EventStream`."""

    def __init__(self, source: ByteStream) -> None:
        self._source = source

    def __iter__(self) -> Iterator[EngineEvent]:
        lines = LineAssembler()
        try:
            while data := self._source.read():
                for line in lines.feed(data):
                    event = _event(line)
                    if event is not None:
                        yield event
        except ValueError as fault:
            log.warning("the engine's events cannot be read: %s", fault)
        finally:
            self._source.close()

    def close(self) -> None:
        self._source.close()


def _event(line: bytes) -> EngineEvent | None:
    try:
        return translate.event(orjson.loads(line))
    except orjson.JSONDecodeError:
        # One mangled event is one lost event: the next list mends it.
        log.debug("an event that is no JSON: %r", line[:200])
        return None


class EngineLog:
    """The log of one container. The counterpart is `ports.RawLogStream`."""

    def __init__(self, source: ByteStream | PatientStream, has_terminal: bool) -> None:
        self._source = source
        self._has_terminal = has_terminal

    def __iter__(self) -> Iterator[tuple[StreamName | None, bytes]]:
        frames = FrameAssembler()
        try:
            while data := self._source.read():
                if self._has_terminal:
                    yield None, data
                else:
                    yield from frames.feed(data)
        except ValueError as fault:
            log.warning("a log cannot be read: %s", fault)
        finally:
            self._source.close()

    def close(self) -> None:
        self._source.close()
