"""What went wrong between dockmon and an engine, in dockmon's own errors. The one border.

Decisive is whether the request was sent. Not sent: unavailable, nothing was
done. Sent and not answered: timed out, nobody knows. The words a user reads for
each reason are in `i18n/`; the reasons themselves in `domain/engine`.
"""

from __future__ import annotations

import errno
import http.client
import socket
import ssl
from collections.abc import Iterator
from typing import Final

import orjson
import requests
import urllib3.exceptions

from dockmon.domain.errors import (
    Conflict,
    DockmonError,
    EngineRefused,
    EngineTimedOut,
    EngineUnavailable,
    NotFound,
)

# All that a request can raise. ValueError: an answer whose framing makes no sense.
TROUBLE: Final = (
    requests.RequestException,
    urllib3.exceptions.HTTPError,
    http.client.HTTPException,
    OSError,
    ValueError,
)
MESSAGE_LIMIT_CHARACTERS: Final = 500

_REASON_OF_ERRNO: Final = {
    errno.ENOENT: "socket_absent",
    errno.ENOTDIR: "socket_absent",
    errno.ECONNREFUSED: "connection_refused",
    errno.EACCES: "permission_denied",
    errno.EPERM: "permission_denied",
    errno.ETIMEDOUT: "timed_out",
    errno.EHOSTUNREACH: "timed_out",  # nobody there answers
    errno.ENETUNREACH: "timed_out",
    errno.EAGAIN: "timed_out",  # a frozen engine's queue of new connections is full
}


def from_trouble(engine: str, trouble: BaseException) -> DockmonError:
    """Return what an exception of the layers below means."""
    causes = list(_causes(trouble))
    message = _shortened(str(causes[-1]) or type(causes[-1]).__name__)
    if any(_is_tls_refusal(cause) for cause in causes):
        return EngineUnavailable(engine=engine, reason="tls_failed", message=message)
    if any(isinstance(cause, _NEVER_SENT) for cause in causes):
        return EngineUnavailable(engine=engine, reason=_reason(causes), message=message)
    if any(_is_no_http(cause) for cause in causes):
        return EngineUnavailable(engine=engine, reason="not_an_engine", message=message)
    return EngineTimedOut(engine=engine, message=message)


_NEVER_SENT: Final = (
    urllib3.exceptions.NewConnectionError,  # NameResolutionError is one, too
    urllib3.exceptions.ConnectTimeoutError,
    requests.exceptions.InvalidURL,
)


def _reason(causes: list[BaseException]) -> str:
    for cause in causes:
        if isinstance(cause, socket.gaierror | urllib3.exceptions.NameResolutionError):
            return "name_unknown"
        if isinstance(cause, OSError) and cause.errno in _REASON_OF_ERRNO:
            return _REASON_OF_ERRNO[cause.errno]
        if isinstance(cause, TimeoutError):
            return "timed_out"
    if any(type(cause) is urllib3.exceptions.ConnectTimeoutError for cause in causes):
        return "timed_out"
    return "connection_refused"


def _is_tls_refusal(cause: BaseException) -> bool:
    """Say whether the two could not agree on TLS. A cut connection is no refusal."""
    cut = (ssl.SSLEOFError, ssl.SSLZeroReturnError, ssl.SSLSyscallError)
    return isinstance(cause, ssl.SSLError) and not isinstance(cause, cut)


def _is_no_http(cause: BaseException) -> bool:
    if isinstance(cause, http.client.UnknownProtocol):
        return True
    # RemoteDisconnected calls itself a bad status line, but is a hang-up; so is
    # half a line of an engine that was cut off.
    is_hang_up = isinstance(cause, http.client.RemoteDisconnected)
    is_bad = isinstance(cause, http.client.BadStatusLine) and not is_hang_up
    return is_bad and not str(cause).startswith("HTTP/")


def _causes(trouble: BaseException) -> Iterator[BaseException]:
    """Yield an exception and all that it wraps, outermost first.

    requests and urllib3 wrap by argument, by `reason` and by `raise … from`.
    """
    seen: set[int] = set()
    queue: list[BaseException] = [trouble]
    while queue:
        cause = queue.pop(0)
        if id(cause) in seen:
            continue
        seen.add(id(cause))
        yield cause
        wrapped = (*cause.args, getattr(cause, "reason", None), cause.__cause__, cause.__context__)
        queue += [one for one in wrapped if isinstance(one, BaseException)]


def from_answer(engine: str, container: str | None, status: int, body: bytes) -> DockmonError:
    """Return what an answer with an error status means."""
    said = message_of(body)
    message = said or f"HTTP {status}"
    if b"HTTP request to an HTTPS server" in body:
        return EngineUnavailable(engine=engine, reason="tls_failed", message=message)
    if container is not None:
        # Podman leaves some of these without a word; other words mean other things.
        if status == 404 and (not said or "no such container" in said.lower()):
            return NotFound(
                "container.not_found", container=container, engine=engine, message=message
            )
        if status == 409:
            return Conflict(
                "container.conflict", container=container, engine=engine, message=message
            )
    return EngineRefused(engine=engine, status=status, message=message)


def message_of(body: bytes) -> str:
    """Return the engine's own sentence from an error answer, or the start of whatever came."""
    try:
        answer = orjson.loads(body)
    except orjson.JSONDecodeError:
        answer = None
    if isinstance(answer, dict):
        for key in ("message", "cause"):
            if isinstance(answer.get(key), str) and answer[key]:
                return _shortened(answer[key])
    return _shortened(body.decode("utf-8", "replace"))


def _shortened(text: str) -> str:
    return " ".join(text.split())[:MESSAGE_LIMIT_CHARACTERS]
