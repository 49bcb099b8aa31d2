"""The one shape of a refusal over HTTP, wherever it is made: RFC 9457 with our code and facts."""

from __future__ import annotations

import secrets
from http import HTTPStatus
from typing import Any, Final

import orjson

from dockmon.i18n import say

MIMETYPE: Final = "application/problem+json"


def encoded(status: int, code: str, params: dict[str, Any], request_id: str | None = None) -> bytes:
    """Return the body of the answer."""
    body = {
        "type": f"urn:dockmon:{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": code,
        "detail": say(code, params),
        "params": params,
        "request_id": request_id or secrets.token_hex(8),
    }
    # Facts come from many places; none of them may turn a refusal into a failure.
    return orjson.dumps(body, default=str, option=orjson.OPT_NON_STR_KEYS)


def wsgi_answer(start_response: Any, status: int, code: str, params: dict[str, Any]) -> list[bytes]:
    """Answer a request before any framework has seen it."""
    body = encoded(status, code, params)
    start_response(
        f"{status} {HTTPStatus(status).phrase}",
        [
            ("Content-Type", MIMETYPE),
            ("Content-Length", str(len(body))),
            ("Cache-Control", "no-store"),
            ("X-Content-Type-Options", "nosniff"),
            ("Referrer-Policy", "no-referrer"),
        ],
    )
    return [body]
