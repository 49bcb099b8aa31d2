"""What a handshake must pass before Engine.IO sees it: origin, transport, size.

A WSGI middleware on `/socket.io`; who the client is, is checked at each
namespace's CONNECT, in `boundary`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import parse_qs

from dockmon.domain.origin import is_same_origin
from dockmon.problem import wsgi_answer

Environ = dict[str, Any]

PATH = "/socket.io"


class Guard:
    """Refuses what cannot be one of our clients."""

    def __init__(self, app: Callable[..., Iterable[bytes]]) -> None:
        self._app = app

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if path != PATH and not path.startswith(PATH + "/"):
            return self._app(environ, start_response)
        environ["PATH_INFO"] = PATH + "/"
        refusal = _refusal(environ)
        if refusal is not None:
            return wsgi_answer(start_response, *refusal)
        # Compression would cost a zlib context for every client, and there is no
        # switch for it: who is not offered it does not negotiate it.
        environ.pop("HTTP_SEC_WEBSOCKET_EXTENSIONS", None)
        return self._app(environ, start_response)


def _refusal(environ: Environ) -> tuple[int, str, dict[str, Any]] | None:
    query = parse_qs(environ.get("QUERY_STRING", ""), keep_blank_values=True)
    if "j" in query:
        # A <script> tag sends no Origin: JSONP would walk past the check below.
        return 400, "request.invalid", {"fields": {"j": ["JSONP is not served"]}}
    if "token" in query or "access_token" in query:
        return 401, "auth.required", {"reason": "token_in_url"}
    if environ.get("REQUEST_METHOD") == "POST" and environ.get("HTTP_TRANSFER_ENCODING"):
        return 413, "request.too_large", {"reason": "length_unknown"}
    missing = _missing(environ)
    if missing:
        return 400, "request.invalid", {"fields": {missing: ["a WebSocket handshake needs it"]}}
    origin = environ.get("HTTP_ORIGIN")
    if origin is None or environ.get("dockmon.foreign_origin"):
        return None
    scheme = environ["wsgi.url_scheme"] if environ.get("dockmon.scheme_known") else None
    if is_same_origin(origin, environ.get("HTTP_HOST", ""), scheme):
        return None
    return 403, "auth.not_allowed", {"origin": origin[:255]}


def _missing(environ: Environ) -> str | None:
    """Name what half a WebSocket handshake lacks: the libraries fail on it, or go back to 2010."""
    if environ.get("HTTP_UPGRADE", "").lower() != "websocket":
        return None
    connection = environ.get("HTTP_CONNECTION", "").lower().split(",")
    if "upgrade" not in (token.strip() for token in connection):
        return "Connection"
    if not environ.get("HTTP_SEC_WEBSOCKET_KEY"):
        return "Sec-WebSocket-Key"
    if environ.get("HTTP_SEC_WEBSOCKET_VERSION") != "13":
        return "Sec-WebSocket-Version"
    return None
