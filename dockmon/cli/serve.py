"""`dockmon serve`, `demo`, `doctor` and `config show`."""

from __future__ import annotations

import logging
import os
import secrets
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import IO, TYPE_CHECKING
from urllib.parse import quote

import click

from dockmon import __version__, journal, runtime
from dockmon import config as settings_table

if TYPE_CHECKING:
    from dockmon.config import Settings

log = logging.getLogger("dockmon")

DEMO_USER = "demo"
DEMO_ENGINES = "local=simulated://?containers=36&churn=20;nas=simulated://?containers=12&churn=4"


def load_settings(environ: Mapping[str, str]) -> Settings:
    """Return the settings, or end the process with one line per fault and exit code 2."""
    try:
        return settings_table.load(environ)
    except settings_table.SettingsError as error:
        for fault in error.faults:
            click.echo(f"dockmon: {fault}", err=True)
        sys.exit(2)


@click.command()
def serve() -> None:
    """Serve the page and the feed until told to stop."""
    _run(load_settings(os.environ), "")


@click.command()
def demo() -> None:
    """Serve a simulated fleet: no Docker needed, nothing is kept."""
    with tempfile.TemporaryDirectory(prefix="dockmon-demo-") as folder:
        password = secrets.token_urlsafe(9)
        environ = {
            **os.environ,
            "DOCKMON_ENGINES": DEMO_ENGINES,
            "DOCKMON_DATA_DIR": folder,
            "DOCKMON_ADMIN_USER": DEMO_USER,
            "DOCKMON_ADMIN_PASSWORD": password,
        }
        for name in ("DATABASE_URL", "DATABASE_URL_FILE", "DOCKMON_ADMIN_PASSWORD_FILE"):
            environ.pop(name, None)
        _run(load_settings(environ), f"#signin={DEMO_USER}:{quote(password)}")


@click.group()
def config() -> None:
    """Look at the settings."""


@config.command("show")
def show() -> None:
    """Print every setting and its value, secrets masked."""
    for variable, value in settings_table.shown(load_settings(os.environ)):
        click.echo(f"{variable}={value}")


@click.command()
def doctor() -> None:
    """Try what dockmon needs, and say what is in the way."""
    settings = load_settings(os.environ)
    findings = _findings(settings)
    for line, fine in findings:
        click.echo(f"{'ok  ' if fine else 'FAIL'} {line}")
    sys.exit(0 if all(fine for _, fine in findings) else 1)


def _findings(settings: Settings) -> list[tuple[str, bool]]:
    from dockmon.domain.errors import DockmonError
    from dockmon.engines.choose import client_for

    findings = [(f"python {sys.version.split()[0]}, mode {runtime.mode()}", True)]
    for engine in settings.engines:
        client = client_for(engine)
        try:
            info = client.connect()
            line = f"engine {engine.name}: {info.version}, API {info.api_version}"
            findings.append((line, True))
        except DockmonError as error:
            reason = error.params.get("reason") or error.params.get("message") or error.code
            findings.append((f"engine {engine.name} at {engine.address}: {reason}", False))
        finally:
            client.close()
    folder = settings.data_dir
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    findings.append((f"data directory {settings.data_dir}", os.access(folder, os.W_OK)))
    from dockmon.pages.assets import Assets

    findings.append(("browser files installed", Assets().complete))
    return findings


def _run(settings: Settings, fragment: str) -> None:
    journal.set_up(settings.log_level, settings.log_format)
    from dockmon.factory import create_app
    from dockmon.runtime import serving
    from dockmon.security.secret import SecretError
    from dockmon.storage.database import DatabaseError

    with _only_one(settings.data_dir):
        try:
            application = create_app(settings)
        except (DatabaseError, SecretError) as error:
            raise click.ClickException(str(error)) from None

        def ready(bind: str, port: int) -> None:
            log.info("dockmon %s listens on %s port %d", __version__, bind, port)
            _greet(settings, port, application.services.people.accounts.setup_code(), fragment)
            application.start()

        idle_seconds = max(serving.IDLE_SECONDS, settings.ping_interval + settings.ping_timeout)
        try:
            serving.serve(
                application.flask,
                settings.bind,
                settings.port,
                ready,
                application.stop,
                idle_seconds,
            )
        except OSError as error:
            raise click.ClickException(
                f"cannot listen on {settings.bind} port {settings.port}: {error.strerror}"
            ) from None


def _greet(settings: Settings, port: int, setup_code: str | None, fragment: str) -> None:
    host = "127.0.0.1" if settings.bind in ("0.0.0.0", "::", "") else settings.bind  # noqa: S104
    address = f"http://{f'[{host}]' if ':' in host else host}:{port}{settings.base_path}"
    click.echo(f"dockmon is at {address}{fragment}")
    if setup_code is not None:
        # Through the log, because on a PaaS nobody sees anything else.
        log.warning("no admin yet; set one up, once, at %ssetup#%s", address, setup_code)


def _only_one(data_dir: Path) -> IO[str]:
    """Hold the data directory for this process. Commands beside it do not ask."""
    try:
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = (data_dir / "serve.lock").open("w")
    except OSError as error:
        raise click.ClickException(f"{data_dir} cannot be used: {error.strerror}") from None
    try:
        import fcntl

        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except ImportError:
        pass  # Windows has no such lock
    except OSError:
        raise click.ClickException(f"another dockmon already serves {data_dir}") from None
    return lock
