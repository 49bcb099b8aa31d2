"""A Docker engine: its state, and the rule by which that state ages.

Who measures is `services/watcher`; this file only decides.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Literal

EngineState = Literal["connecting", "up", "stale", "down"]

STALE_AFTER_SECONDS: Final = 5.0
DOWN_AFTER_SECONDS: Final = 10.0


@dataclass(frozen=True, slots=True)
class EngineInfo:
    """What an engine says of itself when first asked."""

    version: str
    api_version: str


@dataclass(frozen=True, slots=True)
class EngineStatus:
    """How things stand between dockmon and one engine.

    reason: None while up, otherwise one of the words in `REASONS`.
    confirmed_at: Unix seconds of the last answered list, or of the last answered
    ping while the event stream was open; None if that never happened.
    """

    name: str
    state: EngineState = "connecting"
    reason: str | None = None
    confirmed_at: float | None = None
    version: str | None = None
    api_version: str | None = None

    def as_message(self) -> dict[str, Any]:
        """Return the part that every message about the engine carries."""
        return {
            "engine": self.name,
            "state": self.state,
            "reason": self.reason,
            "confirmed_at": self.confirmed_at,
        }


REASONS: Final = (
    "connection_refused",
    "socket_absent",
    "permission_denied",
    "name_unknown",
    "tls_failed",
    "timed_out",
    "connection_lost",
    "not_confirmed",
    "not_an_engine",
    "refused",
)


def aged(state: EngineState, unconfirmed_seconds: float) -> EngineState:
    """Return what an engine that was up is after so long without confirmation."""
    if state not in ("up", "stale"):
        return state
    if unconfirmed_seconds >= DOWN_AFTER_SECONDS:
        return "down"
    return "stale" if unconfirmed_seconds >= STALE_AFTER_SECONDS else "up"
