"""The front door: what every request passes before Flask or Engine.IO sees it.

Host allow-list, base path, forwarded headers, and the CORS headers of those
origins that the settings name. Who asks, and what they may do, is decided behind
it: `api/guard` for REST, `realtime/guard` for Socket.IO.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from typing import Any, Final

from werkzeug.middleware.proxy_fix import ProxyFix

from dockmon.config import Settings
from dockmon.domain.origin import is_allowed_host
from dockmon.problem import wsgi_answer

log = logging.getLogger(__name__)

Environ = dict[str, Any]
App = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]

# Only these answer to pages of other origins. The rest of the page's own files
# have no business elsewhere.
_SHARED_PATHS: Final = ("/api/v1/", "/socket.io/", "/static/js/client/", "/static/vendor/")
_CORS_METHODS: Final = "GET, POST, PATCH, DELETE, OPTIONS"
_CORS_REQUEST_HEADERS: Final = "Authorization, Content-Type"


class Gate:
    """WSGI middleware around the whole application."""

    def __init__(self, app: App, settings: Settings) -> None:
        self._app = app
        self._prefix = settings.base_path.rstrip("/")
        self._hosts = settings.allowed_hosts
        self._bind = settings.bind
        self._origins = frozenset(settings.allowed_origins)
        self._entry: App = self._admit
        if settings.trusted_proxies:
            n = settings.trusted_proxies
            self._entry = ProxyFix(self._admit, x_for=n, x_proto=n, x_host=n, x_port=0, x_prefix=0)
        self._trusts_proxies = bool(settings.trusted_proxies)
        if settings.bind in ("0.0.0.0", "::") and not settings.allowed_hosts:  # noqa: S104
            log.warning("any Host header is taken; DOCKMON_ALLOWED_HOSTS limits that")

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        if not self._trusts_proxies:
            # Libraries behind us believe these headers whatever our settings say.
            for name in [name for name in environ if name.startswith("HTTP_X_FORWARDED_")]:
                del environ[name]
        environ["dockmon.scheme_known"] = (
            self._trusts_proxies or environ.get("wsgi.url_scheme") == "https"
        )
        return self._entry(environ, start_response)

    def _admit(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        self._strip_prefix(environ)
        if not is_allowed_host(environ.get("HTTP_HOST", ""), self._hosts, self._bind):
            host = environ.get("HTTP_HOST", "")[:255]
            return wsgi_answer(start_response, 400, "request.invalid", {"host": host})
        origin = environ.get("HTTP_ORIGIN", "").lower()
        if origin not in self._origins or not environ["PATH_INFO"].startswith(_SHARED_PATHS):
            return self._app(environ, start_response)
        environ["dockmon.foreign_origin"] = True
        headers = _cors_headers(environ["HTTP_ORIGIN"])
        if environ["REQUEST_METHOD"] == "OPTIONS":
            start_response("204 No Content", headers)
            return [b""]

        def start(status: str, own: list[tuple[str, str]], *rest: Any) -> Any:
            return start_response(status, [*own, *headers], *rest)

        return self._app(environ, start)

    def _strip_prefix(self, environ: Environ) -> None:
        """Move the base path from PATH_INFO to SCRIPT_NAME.

        A proxy that has stripped it already is understood as well.
        """
        if not self._prefix:
            return
        path = environ.get("PATH_INFO", "")
        environ["SCRIPT_NAME"] = self._prefix
        if path == self._prefix or path.startswith(self._prefix + "/"):
            environ["PATH_INFO"] = path[len(self._prefix) :] or "/"


def _cors_headers(origin: str) -> list[tuple[str, str]]:
    # No Allow-Credentials: other pages come with a bearer token, never with our cookies.
    return [
        ("Access-Control-Allow-Origin", origin),
        ("Access-Control-Allow-Methods", _CORS_METHODS),
        ("Access-Control-Allow-Headers", _CORS_REQUEST_HEADERS),
        ("Access-Control-Max-Age", "600"),
        ("Vary", "Origin"),
    ]
