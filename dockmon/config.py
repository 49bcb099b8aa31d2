"""Settings: one table, read once from the environment, frozen afterwards.

Every fault is collected, so that a start that is refused names all of them.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

from dockmon.domain.accounts import MAX_PASSWORD_BYTES, MIN_PASSWORD_BYTES, USERNAME_PATTERN
from dockmon.domain.ids import ENGINE_NAME_PATTERN

PREFIX: Final = "DOCKMON_"
DEFAULT_SOCKET: Final = "unix:///var/run/docker.sock"
LOOPBACK_HOSTS: Final = ("127.0.0.1", "localhost", "::1")


class SettingsError(Exception):
    """The environment cannot be used; `faults` holds one clear line for each reason."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("; ".join(faults))
        self.faults = faults


@dataclass(frozen=True, slots=True)
class EngineAddress:
    """Where one engine is. tls_*: paths of PEM files, for `tcp://` only."""

    name: str
    address: str
    tls_ca: str | None = None
    tls_cert: str | None = None
    tls_key: str | None = None

    @property
    def is_local(self) -> bool:
        """Whether the engine runs on the machine dockmon runs on."""
        return self.address.startswith(("unix://", "simulated://"))


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings, parsed and checked. Names are those of the table, without prefix."""

    bind: str
    port: int
    engines: tuple[EngineAddress, ...]
    metrics_interval: float
    stats_interval: float
    cgroup_root: Path
    proc_root: Path
    containers_interval: float
    heartbeat_interval: float
    ping_interval: float
    ping_timeout: float
    data_dir: Path
    admin_user: str | None
    admin_password: str | None
    secret_key: str | None
    read_only: bool
    base_path: str
    trusted_proxies: int
    allowed_hosts: tuple[str, ...]
    allowed_origins: tuple[str, ...]
    async_mode: str
    log_level: str
    log_format: str
    database_url: str | None


@dataclass(frozen=True, slots=True)
class Setting:
    """One row of the table. `parse` raises ValueError with the end of the fault's line."""

    name: str
    default: str
    parse: Callable[[str], Any]
    help: str
    secret: bool = False

    @property
    def variable(self) -> str:
        """The environment variable."""
        return "DATABASE_URL" if self.name == "database_url" else PREFIX + self.name.upper()


def _seconds(low: float, high: float) -> Callable[[str], float]:
    def parse(text: str) -> float:
        try:
            value = float(text)
        except ValueError:
            raise ValueError(f"must be a number of seconds, not {text!r}") from None
        if not low <= value <= high:
            raise ValueError(f"must be between {low:g} and {high:g} seconds, not {text}")
        return value

    return parse


def _whole(low: int, high: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        if not re.fullmatch(r"[0-9]{1,9}", text) or not low <= int(text) <= high:
            raise ValueError(f"must be a whole number from {low} to {high}, not {text!r}")
        return int(text)

    return parse


def _one_of(*words: str) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if text not in words:
            raise ValueError(f"must be one of {', '.join(words)}, not {text!r}")
        return text

    return parse


def _truth(text: str) -> bool:
    return _one_of("true", "false")(text) == "true"


def _admin_user(text: str) -> str | None:
    if text and not re.fullmatch(USERNAME_PATTERN, text, re.ASCII):
        raise ValueError("must be 1 to 64 of A-Z a-z 0-9 _ . @ -, and begin with a letter or digit")
    return text or None


def _admin_password(text: str) -> str | None:
    if text and not MIN_PASSWORD_BYTES <= len(text.encode()) <= MAX_PASSWORD_BYTES:
        raise ValueError(f"must be {MIN_PASSWORD_BYTES} to {MAX_PASSWORD_BYTES} bytes long")
    return text or None


def _secret_key(text: str) -> str | None:
    if text and len(text.encode()) < 32:
        raise ValueError("must be at least 32 bytes long")
    return text or None


def _base_path(text: str) -> str:
    if not re.fullmatch(r"/([A-Za-z0-9._~-]+/)*([A-Za-z0-9._~-]+)?", text) or "/../" in f"{text}/":
        raise ValueError(f"must be a path such as /dockmon/, not {text!r}")
    return text.rstrip("/") + "/"


def _root(text: str) -> Path:
    if not text.startswith("/"):
        raise ValueError(f"must be an absolute path, not {text!r}")
    return Path(text)


def _words(text: str) -> tuple[str, ...]:
    return tuple(word for word in re.split(r"[,;\s]+", text) if word)


def _hosts(text: str) -> tuple[str, ...]:
    for host in _words(text):
        if "/" in host or "*" in host:
            raise ValueError(f"must list host names, with a port or without, not {host!r}")
    return tuple(host.lower() for host in _words(text))


def _origins(text: str) -> tuple[str, ...]:
    for origin in _words(text):
        parts = urlsplit(origin)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.path:
            raise ValueError(f"must list exact origins such as https://a.example, not {origin!r}")
    return tuple(origin.lower() for origin in _words(text))


def _database_url(text: str) -> str | None:
    if text and not text.startswith(("postgres://", "postgresql://", "postgresql+", "sqlite://")):
        raise ValueError("must start with postgresql:// or sqlite://")
    return text or None


def _engines(text: str) -> tuple[EngineAddress, ...]:
    engines: list[EngineAddress] = []
    for part in filter(None, (piece.strip() for piece in text.split(";"))):
        name, equals, address = part.partition("=")
        if not equals or not re.fullmatch(ENGINE_NAME_PATTERN, name):
            raise ValueError(f"must be name=address;…, a name being a-z, 0-9 and _, not {part!r}")
        if name in (engine.name for engine in engines):
            raise ValueError(f"names the engine {name!r} twice")
        engines.append(EngineAddress(name, _engine_address(address)))
    if not engines:
        raise ValueError("must name at least one engine")
    return tuple(engines)


def _engine_address(address: str) -> str:
    parts = urlsplit(address)
    if parts.scheme == "unix" and parts.path.startswith("/") and not parts.netloc:
        return address
    if parts.scheme == "tcp" and parts.hostname and parts.path in ("", "/"):
        _ = parts.port  # raises ValueError when it is not a port
        return address.rstrip("/")
    if parts.scheme == "simulated" and not parts.netloc and not parts.path:
        _simulated_options(parts.query)
        return address
    raise ValueError(
        f"knows unix:///path, tcp://host:port and simulated://?containers=50, not {address!r}"
    )


def _simulated_options(query: str) -> None:
    for name, values in parse_qs(query, keep_blank_values=True).items():
        if name not in ("containers", "churn") or not re.fullmatch(r"[0-9]{1,5}", values[-1]):
            raise ValueError(f"simulated:// takes containers and churn as numbers, not {name!r}")


def default_data_dir() -> str:
    """Return the platform's directory for a program's own data."""
    if sys.platform == "darwin":
        return str(Path("~/Library/Application Support/dockmon").expanduser())
    if sys.platform == "win32":
        return str(Path(os.environ.get("LOCALAPPDATA", "~")).expanduser() / "dockmon")
    home = os.environ.get("XDG_DATA_HOME") or "~/.local/share"
    return str(Path(home).expanduser() / "dockmon")


_interval = _seconds(0.1, 3600)

TABLE: Final = (
    Setting("bind", "127.0.0.1", str, "Address to listen on."),
    Setting("port", "8642", _whole(0, 65535), "Port to listen on; 0 takes a free one."),
    Setting("engines", "", _engines, "Docker engines, as name=address;name=address."),
    Setting("metrics_interval", "1", _interval, "Seconds between host metrics."),
    Setting("stats_interval", "1", _interval, "Seconds between container stats."),
    Setting(
        "cgroup_root", "/sys/fs/cgroup", _root, "Where the cgroups of the engines' machine are."
    ),
    Setting("proc_root", "/proc", _root, "Where the processes of the engines' machine are."),
    Setting("containers_interval", "10", _interval, "Seconds between full lists."),
    Setting("heartbeat_interval", "15", _interval, "Seconds between heartbeats."),
    Setting("ping_interval", "25", _interval, "Seconds between Engine.IO pings."),
    Setting("ping_timeout", "20", _interval, "Seconds a ping may stay unanswered."),
    Setting("data_dir", "", lambda text: Path(text).expanduser(), "Database and secret."),
    Setting("admin_user", "", _admin_user, "Name of the first admin."),
    Setting("admin_password", "", _admin_password, "Password of the first admin.", secret=True),
    Setting("secret_key", "", _secret_key, "Signs the tokens; 32 bytes or more.", secret=True),
    Setting("read_only", "false", _truth, "No action, whatever the role."),
    Setting("base_path", "/", _base_path, "Sub-path dockmon is reached under."),
    Setting("trusted_proxies", "0", _whole(0, 10), "How many proxies' X-Forwarded-* to believe."),
    Setting("allowed_hosts", "", _hosts, "Host names dockmon answers to."),
    Setting("allowed_origins", "", _origins, "Other pages that may use the feed."),
    Setting("async_mode", "eventlet", _one_of("eventlet", "threading"), "How tasks run."),
    Setting("log_level", "info", _one_of("debug", "info", "warning", "error"), "What is logged."),
    Setting("log_format", "text", _one_of("text", "json"), "How it is logged."),
    Setting("database_url", "", _database_url, "Where users are kept.", secret=True),
)

_ENGINE_TLS = re.compile(rf"DOCKMON_ENGINE_({ENGINE_NAME_PATTERN.upper()})_TLS_(CA|CERT|KEY)")
_KUBERNETES = re.compile(r"DOCKMON_(SERVICE_.*|PORT_[0-9]+_.*)")


def load(environ: Mapping[str, str]) -> Settings:
    """Return the settings that the environment asks for.

    Raises: SettingsError with every fault found.
    """
    faults: list[str] = []
    given = _given(environ, faults)
    values: dict[str, Any] = {}
    for setting in TABLE:
        text = given.pop(setting.variable, "").strip() or _default(setting.name, environ)
        try:
            values[setting.name] = setting.parse(text)
        except ValueError as fault:
            faults.append(f"{setting.variable} {fault}")
    if "engines" in values:
        values["engines"] = _with_tls(values["engines"], given, environ, faults)
    faults += [f"{name} is not a setting of dockmon" for name in sorted(given)]
    if not faults:
        faults += _pairs(values)
    if faults:
        raise SettingsError(faults)
    return Settings(**values)


def _given(environ: Mapping[str, str], faults: list[str]) -> dict[str, str]:
    """Return what is ours of the environment, `…_FILE` read and PORT applied."""
    given: dict[str, str] = {}
    secrets = {setting.variable for setting in TABLE if setting.secret}
    for name, value in environ.items():
        if not name.startswith(PREFIX) and not name.startswith("DATABASE_URL"):
            continue
        if _KUBERNETES.fullmatch(name) or (name == "DOCKMON_PORT" and value.startswith("tcp://")):
            continue
        if name.removesuffix("_FILE") in secrets and name.endswith("_FILE"):
            name = name.removesuffix("_FILE")
            if name in environ:
                faults.append(f"{name} and {name}_FILE are both set; use one")
            try:
                value = Path(value).read_text(encoding="utf-8").rstrip("\r\n")
            except (OSError, UnicodeDecodeError) as fault:
                faults.append(f"{name}_FILE cannot be read: {fault}")
                continue
        if name.startswith(PREFIX) or name == "DATABASE_URL":
            given[name] = value
    if environ.get("PORT"):
        # A PaaS sets PORT and routes to every interface of the container.
        given["DOCKMON_PORT"] = environ["PORT"]
        given.setdefault("DOCKMON_BIND", "0.0.0.0")  # noqa: S104
    return given


def _default(name: str, environ: Mapping[str, str]) -> str:
    if name == "engines":
        return f"local={environ.get('DOCKER_HOST') or DEFAULT_SOCKET}"
    if name == "data_dir":
        return default_data_dir()
    return next(setting.default for setting in TABLE if setting.name == name)


def _with_tls(
    engines: tuple[EngineAddress, ...],
    given: dict[str, str],
    environ: Mapping[str, str],
    faults: list[str],
) -> tuple[EngineAddress, ...]:
    files: dict[str, dict[str, str]] = {}
    for variable in [name for name in given if _ENGINE_TLS.fullmatch(name)]:
        match = _ENGINE_TLS.fullmatch(variable)
        assert match is not None
        path = given.pop(variable)
        engine = match[1].lower()
        if not any(e.name == engine and e.address.startswith("tcp://") for e in engines):
            faults.append(f"{variable} is set, but no tcp:// engine is named {engine!r}")
        elif not os.access(path, os.R_OK):
            faults.append(f"{variable} names a file that cannot be read: {path}")
        files.setdefault(engine, {})[f"tls_{match[2].lower()}"] = path
    for engine, found in files.items():
        if ("tls_cert" in found) != ("tls_key" in found):
            faults.append(f"DOCKMON_ENGINE_{engine.upper()}_TLS_CERT and …_TLS_KEY go together")
    if not files and "DOCKMON_ENGINES" not in environ and environ.get("DOCKER_TLS_VERIFY"):
        folder = Path(environ.get("DOCKER_CERT_PATH") or "~/.docker").expanduser()
        files = {"local": {f"tls_{kind}": str(folder / f"{kind}.pem") for kind in _TLS_KINDS}}
    return tuple(
        EngineAddress(e.name, e.address, **files[e.name]) if e.name in files else e for e in engines
    )


_TLS_KINDS = ("ca", "cert", "key")


def _pairs(values: dict[str, Any]) -> list[str]:
    faults = []
    if bool(values["admin_user"]) != bool(values["admin_password"]):
        faults.append("DOCKMON_ADMIN_USER and DOCKMON_ADMIN_PASSWORD go together")
    return faults


def shown(settings: Settings) -> list[tuple[str, str]]:
    """Return (variable, value) for `dockmon config show`; secrets are masked."""
    rows = []
    for setting in TABLE:
        value = getattr(settings, setting.name)
        if setting.secret and value:
            text = "••••••"
        elif setting.name == "engines":
            text = ";".join(f"{engine.name}={engine.address}" for engine in value)
        elif isinstance(value, bool):
            text = str(value).lower()
        elif isinstance(value, tuple):
            text = ",".join(value)
        else:
            text = "" if value is None else f"{value:g}" if isinstance(value, float) else str(value)
        rows.append((setting.variable, text))
    return rows
