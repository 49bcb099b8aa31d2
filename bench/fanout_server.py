"""The real dockmon with a publisher of the benchmark's own, and a probe of its loop.

What is published goes through the Emitter to everybody on /metrics, as any message
does. Orders are lines on standard input, as with `fanout_peer.mjs`, its counterpart.
"""

from __future__ import annotations

from dockmon.runtime import boot

boot()  # before anything that could open a socket is imported

import json  # noqa: E402
import os  # noqa: E402
import sys  # noqa: E402
import threading  # noqa: E402
import time  # noqa: E402

from bench.fanout_payload import EVENT, NAMESPACE, payload  # noqa: E402
from dockmon import journal, runtime  # noqa: E402
from dockmon.config import load  # noqa: E402
from dockmon.factory import create_app  # noqa: E402
from dockmon.realtime.boundary import EVERYONE  # noqa: E402
from dockmon.realtime.emitter import Emitter  # noqa: E402
from dockmon.runtime import serving  # noqa: E402

_PROBE_SECONDS = 0.01


class Publisher:
    """Publishes once in an interval, or not at all."""

    def __init__(self, emitter: Emitter) -> None:
        self._emitter = emitter
        self._interval_seconds = 0.0
        self._wake = threading.Event()

    def set(self, interval_seconds: float) -> None:
        self._interval_seconds = interval_seconds
        self._wake.set()

    def run(self) -> None:
        body = payload()
        due = time.monotonic()
        while True:
            if not self._interval_seconds:
                self._wake.wait()
                due = time.monotonic()
            self._wake.clear()
            due += self._interval_seconds
            time.sleep(max(0.0, due - time.monotonic()))
            if self._interval_seconds:
                body["at"] = time.monotonic()
                self._emitter.publish(NAMESPACE, EVERYONE, EVENT, body)


class Lag:
    """How late the loop is with what is due."""

    def __init__(self) -> None:
        self._late: list[float] | None = None

    def begin(self) -> None:
        self._late = []
        threading.Thread(target=self._run, daemon=True).start()

    def end(self) -> list[float]:
        late, self._late = self._late or [], None
        return late

    def _run(self) -> None:
        mine = self._late
        while self._late is mine and mine is not None:
            due = time.monotonic() + _PROBE_SECONDS
            time.sleep(_PROBE_SECONDS)
            mine.append(time.monotonic() - due)


def _obey(publisher: Publisher) -> None:
    lag = Lag()
    if runtime.mode() == "eventlet":
        os.set_blocking(0, False)  # a green read of standard input
    rest = b""
    while received := os.read(0, 4096):
        *lines, rest = (rest + received).split(b"\n")
        for line in lines:
            order, _, argument = line.decode().partition(" ")
            if order == "publish":
                publisher.set(float(argument))
            elif order == "lag":
                lag.begin()
            answer = lag.end() if order == "lags" else None
            print(json.dumps(answer), flush=True)
    os._exit(0)


def main() -> None:
    settings = load(os.environ)
    journal.set_up(settings.log_level, settings.log_format)
    application = create_app(settings)

    def ready(_bind: str, port: int) -> None:
        application.start()
        publisher = Publisher(application.realtime.emitter)
        threading.Thread(target=publisher.run, daemon=True).start()
        threading.Thread(target=_obey, args=(publisher,), daemon=True).start()
        print(port, flush=True)

    idle_seconds = max(serving.IDLE_SECONDS, settings.ping_interval + settings.ping_timeout)
    serving.serve(
        application.flask, settings.bind, settings.port, ready, application.stop, idle_seconds
    )


if __name__ == "__main__":
    sys.exit(main())
