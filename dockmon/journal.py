"""The log: one line a record, as text or JSON, on standard error."""

from __future__ import annotations

import json
import logging
import re
import sys
from datetime import UTC, datetime

from dockmon.ports import Clock

# What would start a new line or steer a terminal is shown, not obeyed: names of
# users and containers come from outside.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]")


def _plain(text: str) -> str:
    return _CONTROL.sub(lambda match: f"\\x{ord(match[0]):02x}", text)


class _Text(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        name = record.name.removeprefix("dockmon.")
        message = _plain(record.getMessage()).replace("\n", "\\n")
        line = f"{at} {record.levelname.lower():7} {name}: {message}"
        if record.exc_info:
            line += "\n" + _plain(self.formatException(record.exc_info))
        return line


class _JSON(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        row = {
            "timestamp": round(record.created, 3),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            row["exception"] = self.formatException(record.exc_info)
        return json.dumps(row, ensure_ascii=True)


def set_up(level: str, form: str) -> None:
    """Log everything of dockmon at `level`, and warnings of everybody else."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_JSON() if form == "json" else _Text())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("dockmon").setLevel(level.upper())
    # It warns of every connection beyond the ones it keeps, which is nothing to mend.
    logging.getLogger("urllib3").setLevel(logging.ERROR)


class QuietLog:
    """Counts what strangers do and tells it at most once a second per kind.

    Kinds are few and made here; what strangers send goes into `detail`.
    """

    def __init__(self, log: logging.Logger, clock: Clock) -> None:
        self._log = log
        self._clock = clock
        self._counts: dict[str, int] = {}
        self._told_at: dict[str, float] = {}

    def count(self, kind: str, detail: str = "") -> None:
        """Count one more, and tell of it if that was not done within the last second."""
        self._counts[kind] = self._counts.get(kind, 0) + 1
        now = self._clock.monotonic()
        if now - self._told_at.get(kind, -1e9) >= 1.0:
            self._told_at[kind] = now
            number = self._counts.pop(kind)
            self._log.warning("%s%s (%d since the last line)", kind, detail, number)
