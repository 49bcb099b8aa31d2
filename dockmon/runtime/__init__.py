"""The async mode: this package alone names eventlet.

Everything else uses `threading` and `queue` from the standard library, which
`boot()` makes green in eventlet mode, and spawns through `Tasks`. That keeps
`DOCKMON_ASYNC_MODE=threading` a setting and not a rewrite.
"""

from __future__ import annotations

import os
import sys
import threading
import time
import warnings
from collections.abc import Callable
from typing import Any

# Importing one of these opens the door to sockets that stay blocking: patched
# afterwards, the first https call ends in a RecursionError.
_TOO_EARLY = ("ssl", "requests", "urllib3", "flask", "socketio", "engineio", "docker", "sqlalchemy")

_mode = "threading"


def boot() -> None:
    """Set up the async mode that `DOCKMON_ASYNC_MODE` names; call before all other imports.

    Says nothing about an impossible value: `config.load` does, in its own words.
    """
    global _mode
    if os.environ.get("DOCKMON_ASYNC_MODE", "").strip() in ("", "eventlet"):
        early = [name for name in _TOO_EARLY if name in sys.modules]
        if early:
            raise RuntimeError(f"imported before runtime.boot(): {', '.join(early)}")
        _mode = "eventlet"
        if not _names_a_remote_engine():
            # eventlet's own resolver costs 8 MB and 0.1 s at start, and there is
            # no name to look up.
            os.environ.setdefault("EVENTLET_NO_GREENDNS", "yes")
        # Only password hashing runs there, two at a time.
        os.environ.setdefault("EVENTLET_THREADPOOL_SIZE", "4")
        # psycopg knows gevent only and would block every task in C.
        os.environ.setdefault("PSYCOPG_WAIT_FUNC", "wait_selector")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import eventlet
            from eventlet import debug

            eventlet.monkey_patch()
        # A traceback for every greenlet that a closing socket ends helps nobody;
        # tasks of ours log their own faults in `services/supervisor`.
        debug.hub_exceptions(False)


def _names_a_remote_engine() -> bool:
    named = os.environ.get("DOCKMON_ENGINES") or os.environ.get("DOCKER_HOST") or ""
    return "tcp://" in named


def mode() -> str:
    """Return the async mode in force: eventlet or threading."""
    return _mode


class SystemClock:
    """The machine's clocks."""

    def time(self) -> float:
        return time.time()

    def monotonic(self) -> float:
        return time.monotonic()


class SystemTasks:
    """Green threads or threads, as the mode has it."""

    def __init__(self, blocking_at_once: int = 2) -> None:
        self._blocking = threading.BoundedSemaphore(blocking_at_once)

    def spawn(self, work: Callable[..., Any], *args: Any, name: str = "") -> None:
        threading.Thread(target=work, args=args, name=name or None, daemon=True).start()

    def run_blocking(self, work: Callable[..., Any], *args: Any) -> Any:
        with self._blocking:
            if _mode == "eventlet":
                from eventlet import tpool

                return tpool.execute(work, *args)
            return work(*args)


def original(module: str) -> Any:
    """Return a standard module as it was before `boot()` patched it."""
    if _mode == "eventlet":
        from eventlet.patcher import original

        return original(module)
    return __import__(module)
