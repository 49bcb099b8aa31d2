"""A container as dockmon knows it, its message form, and Docker's words for its state.

What an event does to it is in `engine_events`; where it comes from in
`engines/translate`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

STATES: Final = ("created", "running", "paused", "restarting", "removing", "exited", "dead")

PROJECT_LABEL: Final = "com.docker.compose.project"
SERVICE_LABEL: Final = "com.docker.compose.service"


@dataclass(frozen=True, slots=True, order=True)
class Port:
    """One port mapping; `ip` and `public_port` are None for an unpublished port."""

    private_port: int
    protocol: str
    public_port: int | None = None
    ip: str | None = None

    def as_message(self) -> dict[str, Any]:
        """Return the wire form."""
        return {
            "ip": self.ip,
            "private_port": self.private_port,
            "public_port": self.public_port,
            "protocol": self.protocol,
        }


@dataclass(frozen=True, slots=True)
class Details:
    """What only inspect tells. One reading per life of a container.

    started_at, finished_at: Unix seconds, None before the first start or end.
    exit_code: None while it runs or before it ever ran.
    restarts: how often the engine's restart policy brought it back.
    restart_policy: no, always, unless-stopped, on-failure.
    pid: of its first process, as the engine's machine numbers it; None when it has
    none. has_own_network: False when it uses its host's or another container's, so
    that traffic there is not its own. Neither is told to clients.
    """

    started_at: float | None = None
    finished_at: float | None = None
    exit_code: int | None = None
    oom_killed: bool | None = None
    restarts: int | None = None
    restart_policy: str | None = None
    # A new pid alone is no news: clients would be sent a delta that shows nothing new.
    pid: int | None = field(default=None, compare=False)
    has_own_network: bool | None = None


@dataclass(frozen=True, slots=True)
class Container:
    """One container of one engine.

    id: 64 hex digits. name: without the leading slash. state: the engine's own
    word, one of STATES, never health. health: healthy, unhealthy, starting or
    None. created: Unix seconds. details: None until inspect was read.
    """

    engine: str
    id: str
    name: str
    image: str
    state: str
    created: float
    health: str | None = None
    ports: tuple[Port, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    details: Details | None = None

    @property
    def project(self) -> str | None:
        """The Compose project it belongs to, if any."""
        return self.labels.get(PROJECT_LABEL) or None

    @property
    def service(self) -> str | None:
        """The Compose service it is an instance of, if any."""
        return self.labels.get(SERVICE_LABEL) or None

    def as_message(self, now: float) -> dict[str, Any]:
        """Return the wire form; `status` is worded for the moment `now`."""
        known = self.details or _UNKNOWN
        return {
            "engine": self.engine,
            "id": self.id,
            "name": self.name,
            "image": self.image,
            "state": self.state,
            "status": status_words(self, now),
            "health": self.health,
            "ports": [port.as_message() for port in self.ports],
            "created": self.created,
            "started_at": known.started_at,
            "finished_at": known.finished_at,
            "exit_code": known.exit_code,
            "oom_killed": known.oom_killed,
            "restarts": known.restarts,
            "restart_policy": known.restart_policy,
            "project": self.project,
            "service": self.service,
            "labels": dict(self.labels),
        }


_UNKNOWN = Details()


def summary(containers: Iterable[Container]) -> dict[str, int]:
    """Count containers: `total`, one count per state, and `unhealthy`."""
    counts = {"total": 0, **dict.fromkeys(STATES, 0), "unhealthy": 0}
    for container in containers:
        counts["total"] += 1
        if container.state in counts:
            counts[container.state] += 1
        counts["unhealthy"] += container.health == "unhealthy"
    return counts


def status_words(container: Container, now: float) -> str:
    """Say the state in Docker's wording, as far as it is known.

    Source: moby container/state.go (State.String) and the CLI's health suffix.
    """
    known = container.details or _UNKNOWN
    state = container.state
    if state in ("running", "paused"):
        words = _with_duration("Up", known.started_at, now)
        if state == "paused":
            return f"{words} (Paused)"
        return words + _HEALTH_SUFFIX.get(container.health or "", "")
    if state in ("exited", "restarting"):
        word = "Exited" if state == "exited" else "Restarting"
        if known.exit_code is None:
            return word
        since = _with_duration("", known.finished_at, now)
        return f"{word} ({known.exit_code})" + (f"{since} ago" if since else "")
    return {"created": "Created", "removing": "Removal In Progress", "dead": "Dead"}.get(
        state, state
    )


_HEALTH_SUFFIX = {
    "healthy": " (healthy)",
    "unhealthy": " (unhealthy)",
    "starting": " (health: starting)",
}


def _with_duration(word: str, since: float | None, now: float) -> str:
    return word if since is None else f"{word} {duration_words(max(0.0, now - since))}"


def duration_words(seconds: float) -> str:
    """Word a duration as Docker does ("About an hour", "3 weeks").

    Source: docker/go-units duration.go, HumanDuration.
    """
    whole_seconds = int(seconds)
    if whole_seconds < 1:
        return "Less than a second"
    if whole_seconds == 1:
        return "1 second"
    if whole_seconds < 60:
        return f"{whole_seconds} seconds"
    minutes = int(seconds / 60)
    if minutes == 1:
        return "About a minute"
    if minutes < 60:
        return f"{minutes} minutes"
    hours = int(seconds / 3600 + 0.5)
    if hours == 1:
        return "About an hour"
    if hours < 48:
        return f"{hours} hours"
    for limit_hours, unit_hours, unit in (
        (24 * 7 * 2, 24, "days"),
        (24 * 30 * 2, 24 * 7, "weeks"),
        (24 * 365 * 2, 24 * 30, "months"),
    ):
        if hours < limit_hours:
            return f"{hours // unit_hours} {unit}"
    return f"{int(seconds / 3600) // 24 // 365} years"
