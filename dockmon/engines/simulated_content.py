"""What is in the simulated fleet: believable containers, and what they say in their logs.

Pure: the same seed and the same moment give the same fleet. What happens to it
is in `simulated_fleet`.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from dockmon.domain.container import PROJECT_LABEL, SERVICE_LABEL, Port
from dockmon.domain.logs import StreamName

DAY: Final = 86_400.0


@dataclass(slots=True)
class SimulatedContainer:
    """One container as the simulated engine knows it.

    talked: the spans of time in which it ran and logged; the last one is open
    (end None) while it runs.
    """

    id: str
    name: str
    image: str
    created: float
    voice: str = "plain"
    state: str = "created"
    health: str | None = None
    has_health_check: bool = False
    ports: tuple[Port, ...] = ()
    labels: dict[str, str] = field(default_factory=dict)
    command: tuple[str, ...] = ()
    environment: tuple[str, ...] = ()
    has_terminal: bool = False
    started_at: float | None = None
    finished_at: float | None = None
    exit_code: int = 0
    oom_killed: bool = False
    restarts: int = 0
    restart_policy: str = "unless-stopped"
    pid: int = 0
    is_left_alone: bool = False
    talked: list[tuple[float, float | None]] = field(default_factory=list)

    @property
    def is_alive(self) -> bool:
        return self.state in ("running", "paused")


# project, service, image, published ports (public:private), options
_Kind = tuple[str, str, str, str, dict[str, Any]]

_KINDS: Final[tuple[_Kind, ...]] = (
    ("shop", "web", "nginx:1.27-alpine", "8080:80 8443:443", {"voice": "access", "check": True}),
    ("shop", "api", "ghcr.io/acme/shop-api:2.14.1", "", {"voice": "json", "check": True}),
    ("shop", "worker", "ghcr.io/acme/shop-worker:2.14.1", "", {"voice": "color"}),
    ("shop", "db", "postgres:16", "5432:5432", {"voice": "postgres", "check": True}),
    ("shop", "mailer", "ghcr.io/acme/mailer:0.9.3", "", {"state": "exited", "code": 1}),
    ("home", "zigbee2mqtt", "koenkk/zigbee2mqtt:1.40.2", "8081:8080", {"health": "unhealthy"}),
    ("", "toolbox", "debian:12", "", {"terminal": True, "voice": "shell", "policy": "no"}),
    ("", "nightly-backup", "restic/restic:0.17.3", "", {"state": "exited", "policy": "no"}),
    ("shop", "cache", "redis:7-alpine", "", {}),
    ("home", "assistant", "ghcr.io/home-assistant/home-assistant:2025.3", "8123:8123", {}),
    ("home", "mosquitto", "eclipse-mosquitto:2", "1883:1883 9001:9001", {}),
    ("media", "jellyfin", "jellyfin/jellyfin:10.10.6", "8096:8096", {"check": True}),
    ("media", "sonarr", "lscr.io/linuxserver/sonarr:4.0.13", "8989:8989", {}),
    ("media", "radarr", "lscr.io/linuxserver/radarr:5.18.4", "7878:7878", {}),
    ("media", "transcoder", "media/transcoder:3.2", "", {"state": "exited", "code": 137}),
    ("monitoring", "prometheus", "prom/prometheus:v3.2.1", "9090:9090", {"voice": "json"}),
    ("monitoring", "grafana", "grafana/grafana:11.5.2", "3000:3000", {"voice": "json"}),
    ("monitoring", "node-exporter", "prom/node-exporter:v1.9.0", "", {}),
    ("git", "gitea", "gitea/gitea:1.23", "3001:3000 2222:22", {"check": True}),
    ("git", "runner", "gitea/act_runner:0.2.11", "", {"voice": "color"}),
    ("proxy", "traefik", "traefik:v3.3", "80:80 443:443", {"voice": "access", "check": True}),
    ("", "pihole", "pihole/pihole:2025.02.7", "53:53/udp 8053:80", {"check": True}),
    ("", "flaky-importer", "acme/importer:latest", "", {"state": "restarting", "code": 2}),
    ("", "reports", "acme/reports:5", "", {"state": "paused"}),
    ("", "new-billing", "acme/billing:6.0.0-rc1", "", {"state": "created"}),
)


def containers(count: int, seed: int, now: float) -> Iterator[SimulatedContainer]:
    """Yield a fleet: each kind once, then more replicas of each."""
    chance = random.Random(seed)  # noqa: S311 - to be repeatable is its purpose
    for number in range(count):
        replica, kind = divmod(number, len(_KINDS))
        yield _one(_KINDS[kind], replica + 1, chance, now)


def _one(kind: _Kind, replica: int, chance: random.Random, now: float) -> SimulatedContainer:
    project, service, image, ports, options = kind
    # Replicas differ in fate, or fifty of them would look like a disaster.
    fate = options if replica == 1 else {}
    created = now - chance.uniform(0.01, 60) * DAY
    one = SimulatedContainer(
        id=f"{chance.getrandbits(256):064x}",
        name=_name(project, service, replica),
        image=image,
        created=created,
        voice=options.get("voice", "plain"),
        has_health_check=bool(options.get("check") or options.get("health")),
        has_terminal=bool(options.get("terminal")),
        ports=tuple(_ports(ports)) if replica == 1 else (),
        labels=_labels(project, service, replica),
        command=("/usr/local/bin/" + service, "--config", f"/etc/{service}.yaml"),
        environment=("PATH=/usr/local/bin:/usr/bin:/bin", "TZ=UTC", "API_TOKEN=not-a-real-token"),
        restart_policy=options.get("policy", "unless-stopped"),
        pid=chance.randrange(2000, 60_000),
    )
    age_seconds = chance.random() * (now - created)
    if fate.get("state") == "restarting":
        age_seconds = 40.0
    _give_life(one, fate, now - age_seconds)
    return one


def _name(project: str, service: str, replica: int) -> str:
    if project:
        return f"{project}-{service}-{replica}"
    return service if replica == 1 else f"{service}-{replica}"


def _labels(project: str, service: str, replica: int) -> dict[str, str]:
    if not project:
        return {}
    return {
        PROJECT_LABEL: project,
        SERVICE_LABEL: service,
        "com.docker.compose.container-number": str(replica),
        "com.docker.compose.project.working_dir": f"/srv/{project}",
    }


def _ports(text: str) -> Iterator[Port]:
    for pair in text.split():
        public, _, rest = pair.partition(":")
        private, _, protocol = rest.partition("/")
        for ip in ("0.0.0.0", "::"):  # noqa: S104 - as Docker words "every address"
            yield Port(int(private), protocol or "tcp", int(public), ip)


def _give_life(one: SimulatedContainer, fate: dict[str, Any], started_at: float) -> None:
    one.state = fate.get("state", "running")
    if one.state == "created":
        return
    one.started_at = started_at
    one.health = (fate.get("health") or "healthy") if one.has_health_check else None
    if one.is_alive:
        one.talked = [(started_at, None if one.state == "running" else started_at + 30.0)]
        return
    one.health = None
    one.exit_code = fate.get("code", 0)
    one.oom_killed = one.exit_code == 137
    one.finished_at = started_at + 25.0
    one.restarts = 14 if one.state == "restarting" else 0
    one.talked = [(started_at, one.finished_at)]


# ----- what they say

# Like an engine with log rotation: older lines are gone.
LINES_KEPT: Final = 2_000
_PERIOD_SECONDS: Final = {
    "access": 0.7,
    "json": 1.3,
    "color": 2.1,
    "postgres": 6.0,
    "shell": 4.0,
    "plain": 3.0,
}


def lines(
    one: SimulatedContainer, after: float, until: float
) -> Iterator[tuple[float, StreamName, str]]:
    """Yield what the container logged after one moment and up to another: (at, stream, text)."""
    period = _PERIOD_SECONDS[one.voice]
    offset = int(one.id[:4], 16) / 65_536 * period
    for started, ended in one.talked:
        first = int((max(started, after) - offset) // period) + 1
        last = int((min(until, until if ended is None else ended) - offset) // period)
        for number in range(max(first, last - LINES_KEPT + 1), last + 1):
            yield number * period + offset, *_line(one, number)


def next_line_at(one: SimulatedContainer, after: float) -> float:
    """Return when the container will say something, if it goes on running."""
    period = _PERIOD_SECONDS[one.voice]
    offset = int(one.id[:4], 16) / 65_536 * period
    return (int((after - offset) // period) + 1) * period + offset


def _line(one: SimulatedContainer, number: int) -> tuple[StreamName, str]:
    chance = random.Random(number * 31 + int(one.id[:8], 16))  # noqa: S311
    is_error = chance.random() < 0.08
    milliseconds = round(chance.expovariate(0.05), 1)
    path = chance.choice(("/", "/cart", "/api/v1/orders", "/api/v1/stock", "/healthz", "/login"))
    status = chance.choice((500, 502, 504)) if is_error else chance.choice((200, 200, 200, 304))
    stream: StreamName = "stderr" if is_error else "stdout"
    if one.voice == "access":
        return (
            stream,
            f'10.0.0.{number % 250 + 2} - - "GET {path} HTTP/1.1" {status} {number % 4096}',
        )
    if one.voice == "json":
        level = "error" if is_error else "info"
        fields = {"level": level, "msg": "request", "path": path, "status": status}
        return stream, json.dumps(
            {**fields, "duration_ms": milliseconds, "request": number % 99_991}
        )
    if one.voice == "color":
        mark = "\x1b[31mERROR\x1b[0m" if is_error else "\x1b[32mINFO\x1b[0m "
        return stream, f"{mark} \x1b[2mqueue\x1b[0m job {number % 10_000} took {milliseconds} ms"
    if one.voice == "postgres":
        word = "ERROR:  deadlock detected" if is_error else "LOG:  checkpoint complete"
        return "stderr", f"[{one.pid}] {word}: wrote {number % 512} buffers"
    if one.voice == "shell":
        return "stdout", f"root@{one.id[:12]}:/# date +%s; uptime  # {number % 1000}"
    return stream, f"{one.name}: {'retrying' if is_error else 'done'} after {milliseconds} ms"
