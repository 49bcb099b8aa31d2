"""Every failure of REST as one shape, and the only place where an HTTP status is chosen.

One of the two edges where any failure is caught; the other is `realtime/boundary`.
"""

from __future__ import annotations

import logging
import math
import secrets
from http import HTTPStatus
from typing import Any, Final

from flask import Flask, Response, g, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from dockmon.domain.errors import DockmonError, InvalidRequest, NotFound, RateLimited, TooLarge
from dockmon.problem import MIMETYPE, encoded

log = logging.getLogger(__name__)

STATUS: Final = {
    "request.invalid": 400,
    "auth.required": 401,
    "auth.expired": 401,
    "auth.not_allowed": 403,
    "auth.csrf": 403,
    "auth.read_only": 403,
    "request.not_found": 404,
    "container.not_found": 404,
    "engine.unknown": 404,
    "request.conflict": 409,
    "container.conflict": 409,
    "request.too_large": 413,
    "auth.rate_limited": 429,
    "request.rate_limited": 429,
    "internal.error": 500,
    "engine.refused": 502,
    "engine.unavailable": 503,
    "engine.timed_out": 504,
}
_BY_HTTP: Final[dict[int, type[DockmonError]]] = {404: NotFound, 413: TooLarge, 429: RateLimited}
CONTENT_TYPE: Final = "application/problem+json"
REQUEST_ID_HEADER: Final = "X-Request-Id"


def install(app: Flask) -> None:
    """Answer every failure of the app with a problem, and name every request."""
    app.register_error_handler(DockmonError, problem)
    app.register_error_handler(HTTPException, _http_problem)
    app.register_error_handler(Exception, _unexpected)
    app.after_request(_name_request)


def request_id() -> str:
    """Return the name of this request, the same in its answer and in the log."""
    if "request_id" not in g:
        g.request_id = secrets.token_hex(8)
    name: str = g.request_id
    return name


def problem(error: DockmonError, status: int | None = None) -> Response:
    """Return the answer for a failure. status: in place of the one that its code has."""
    status = status or STATUS.get(error.code, 500)
    body = encoded(status, error.code, error.params, request_id())
    response = Response(body, status, mimetype=MIMETYPE)
    if status == HTTPStatus.UNAUTHORIZED:
        response.headers["WWW-Authenticate"] = "Bearer"
    wait_seconds = error.params.get("retry_after_seconds")
    if wait_seconds is not None:
        response.headers["Retry-After"] = str(math.ceil(wait_seconds))
    return response


def _http_problem(error: HTTPException) -> Any:
    """Turn what Flask and Werkzeug raise into our codes."""
    code = error.code or 500
    if error.response is not None or code < 400:
        return error  # a redirect, or an answer somebody has made
    if code >= 500:
        return _unexpected(error)
    if isinstance(error, MethodNotAllowed):
        return _method_not_allowed(error)
    return problem(_BY_HTTP.get(code, InvalidRequest)())


def _method_not_allowed(error: MethodNotAllowed) -> Response:
    allowed = sorted(error.valid_methods or ())
    # The one code with two statuses: clients and proxies know what 405 means.
    response = problem(InvalidRequest(method=request.method, allowed=allowed), status=405)
    response.headers["Allow"] = ", ".join(allowed)
    return response


def _unexpected(error: Exception) -> Response:
    log.error(
        "%s %s failed (request %s)", request.method, request.path, request_id(), exc_info=error
    )
    return problem(DockmonError())


def _name_request(response: Response) -> Response:
    response.headers[REQUEST_ID_HEADER] = request_id()
    if request.path.startswith("/api"):
        # Whoever sits in between, or at this browser next, must not find it again.
        response.headers["Cache-Control"] = "no-store"
    return response
