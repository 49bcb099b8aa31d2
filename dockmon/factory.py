"""Settings to a Flask app with api, realtime and pages: where the two halves meet."""

from __future__ import annotations

import gc
import os
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from typing import Any

from flask import Flask

from dockmon import runtime
from dockmon.api import containers, engines, health, logs, rest, stats, system
from dockmon.config import Settings, load
from dockmon.domain.access import Principal
from dockmon.domain.cookies import token_among
from dockmon.domain.errors import AuthRequired
from dockmon.gate import Gate
from dockmon.pages import views
from dockmon.pages.assets import Assets
from dockmon.pages.headers import PageHeaders
from dockmon.realtime.server import Identity, Realtime
from dockmon.runtime import streaming
from dockmon.security.secret import load_secret
from dockmon.security.tokens import JwtTokens
from dockmon.services.sign_ins import SignIns
from dockmon.wiring import Services, build, build_people


@dataclass(frozen=True, slots=True)
class Application:
    """One dockmon, made but not started."""

    flask: Flask
    services: Services
    realtime: Realtime

    def start(self) -> None:
        """Start following engines and serving sockets."""
        self.services.start()
        self.realtime.start()
        # What was made so far stays. The collector would walk it all at every full turn,
        # and everybody would wait for that for some fifty milliseconds.
        gc.collect()
        gc.freeze()

    def stop(self) -> None:
        """End everything, letting clients know by closing their connections."""
        self.services.supervisor.stop()
        self.realtime.stop()
        self.services.stop()


def create_app(settings: Settings) -> Application:
    """Make an application.

    Raises: DatabaseError, SecretError with one line for whoever starts dockmon.
    """
    clock, tasks = runtime.SystemClock(), runtime.SystemTasks()
    assets, headers = Assets(), PageHeaders()
    app = Flask("dockmon", static_folder=None, template_folder=str(assets.templates))
    people = build_people(settings, tasks, clock)
    tokens = JwtTokens(app, load_secret(settings.secret_key, settings.data_dir), clock)
    realtime = Realtime(app, settings, runtime.mode(), clock)
    services = build(settings, people, realtime.emitter, tasks, clock)
    realtime.attach(
        _identity(tokens, people.sign_ins),
        services.fleet,
        services.broadcaster,
        services.actions,
        services.host_sampler,
        services.stats_sampler,
        services.supervisor,
        tasks,
    )
    fleet = services.fleet
    addresses = {engine.name: engine.address for engine in settings.engines}
    rest.register(
        app,
        settings,
        people.accounts,
        people.sign_ins,
        tokens,
        [
            engines.make_blueprint(fleet.inventory, addresses, services.stats_sampler, clock),
            containers.make_blueprint(fleet, services.broadcaster, services.actions, clock),
            system.make_blueprint(fleet.inventory, services.host_sampler, clock),
            stats.make_blueprint(fleet.inventory, services.stats_sampler, clock),
            logs.make_blueprint(services.logs, streaming.stream),
        ],
    )
    app.register_blueprint(health.make_blueprint(services.supervisor, people.database.answers))
    app.register_blueprint(views.make_blueprint(assets, headers, settings.base_path))
    app.wsgi_app = headers.around(Gate(app.wsgi_app, settings))  # type: ignore[assignment, method-assign]
    return Application(app, services, realtime)


def app_for_wsgi() -> Flask:
    """Return a started app for somebody else's WSGI server."""
    application = create_app(load(os.environ))
    application.start()
    return application.flask


def _identity(tokens: JwtTokens, sign_ins: SignIns) -> Identity:
    def verify(token: str) -> Principal:
        return sign_ins.principal_of(tokens.verify(token, "access"))

    def admit(environ: dict[str, Any], auth: Any) -> Principal:
        token = _token_of(environ, auth)
        if not token:
            raise AuthRequired
        return verify(token)

    return Identity(admit, verify, sign_ins.standings)


def _token_of(environ: dict[str, Any], auth: Any) -> str | None:
    """Return the token of a handshake: `auth`, the header, or our own page's cookie."""
    if isinstance(auth, dict) and auth.get("token"):
        return str(auth["token"])
    scheme, _, bearer = environ.get("HTTP_AUTHORIZATION", "").partition(" ")
    if scheme.lower() == "bearer":
        return str(bearer).strip()
    if environ.get("dockmon.foreign_origin"):
        return None
    try:
        cookies = SimpleCookie(environ.get("HTTP_COOKIE", ""))
    except CookieError:
        return None
    return token_among({name: morsel.value for name, morsel in cookies.items()}, "access")
