"""The names of the page's cookies, and how a token is found among them.

Written by `api/cookies`, read there and at the socket's handshake.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from dockmon.domain.accounts import TokenKind

HOST_PREFIX: Final = "__Host-"
TOKEN_COOKIES: Final[dict[TokenKind, str]] = {
    "access": "access_token_cookie",
    "refresh": "refresh_token_cookie",
}
# The two that scripts may read: they repeat the value in X-CSRF-TOKEN, and tell by
# them whether somebody is signed in.
CSRF_COOKIES: Final[dict[TokenKind, str]] = {
    "access": "csrf_access_token",
    "refresh": "csrf_refresh_token",
}
CSRF_HEADER: Final = "X-CSRF-TOKEN"


def token_among(cookies: Mapping[str, str], kind: TokenKind) -> str | None:
    """Return the token of that kind.

    The `__Host-` form comes first: no other host of the same domain can set it.
    """
    name = TOKEN_COOKIES[kind]
    return cookies.get(HOST_PREFIX + name) or cookies.get(name) or None
