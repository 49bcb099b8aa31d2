"""What can be asked of a container, and what its state makes of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Literal

Verdict = Literal["acts", "already", "conflict"]

DEFAULT_TIMEOUT_SECONDS: Final = 10
MAX_TIMEOUT_SECONDS: Final = 600

ACTIONS: Final = ("start", "stop", "restart", "kill", "pause", "unpause", "remove")
# What the process that asks for it would not live to see the end of.
ENDING_ACTIONS: Final = ("stop", "restart", "kill", "pause", "remove")


@dataclass(frozen=True, slots=True)
class ActionRequest:
    """An action somebody asks for.

    container: any reference `ids.resolve` takes. timeout_seconds: the grace period
    of stop and restart, 0 is a value. signal: for kill. force: for remove.
    allow_self: even where dockmon itself runs in it.
    """

    engine: str
    container: str
    action: str
    timeout_seconds: int = DEFAULT_TIMEOUT_SECONDS
    signal: str | None = None
    force: bool = False
    request_id: str | None = None
    allow_self: bool = False


@dataclass(frozen=True, slots=True)
class ActionResult:
    """An action that succeeded. changed: False when it was already so."""

    engine: str
    container: str
    action: str
    request_id: str
    changed: bool
    took_seconds: float

    def as_message(self) -> dict[str, Any]:
        """Return the wire form, the same for an ack and for REST."""
        return {
            "outcome": "succeeded",
            "changed": self.changed,
            "engine": self.engine,
            "container": self.container,
            "action": self.action,
            "request_id": self.request_id,
            "took_seconds": round(self.took_seconds, 3),
        }


_ALREADY: Final = {
    "start": ("running",),
    "stop": ("created", "exited", "dead"),
    "pause": ("paused",),
    "unpause": ("running",),
}
_ACTS: Final = {
    "start": ("created", "exited", "dead"),
    "stop": ("running", "paused", "restarting"),
    "restart": ("running", "created", "exited", "restarting", "paused"),
    "kill": ("running", "paused"),
    "pause": ("running",),
    "unpause": ("paused",),
    "remove": ("created", "exited", "dead"),
}


def verdict(state: str, action: str, force: bool = False) -> Verdict:
    """Say what an engine does with this action in this state.

    The engine itself always has the last word; this is what the simulated one
    does, and how a refusal is told apart from "it is already so".
    """
    if state in _ALREADY.get(action, ()):
        return "already"
    if state in _ACTS[action] or (action == "remove" and force):
        return "acts"
    return "conflict"
