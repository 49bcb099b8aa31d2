"""Write the page's cookies. Their names, and reading them, are in `domain/cookies`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from flask import Response, request

from dockmon.domain.accounts import ACCESS_SECONDS, REFRESH_SECONDS, IssuedTokens, TokenKind
from dockmon.domain.cookies import CSRF_COOKIES, HOST_PREFIX, TOKEN_COOKIES

_NAMES: Final = (*TOKEN_COOKIES.values(), *CSRF_COOKIES.values())


class Cookies:
    """The four cookies of a sign-in, below the base path."""

    def __init__(self, base_path: str) -> None:
        self._path = base_path

    def put(self, response: Response, tokens: IssuedTokens) -> None:
        """Hand the tokens to the browser; no script sees them, only their CSRF values."""
        self._put(response, "access", tokens.access, tokens.access_csrf, ACCESS_SECONDS)
        self._put(response, "refresh", tokens.refresh, tokens.refresh_csrf, REFRESH_SECONDS)
        # Left over from another scheme or base path, they would be read instead.
        self._forget(response, keep_prefix=self._prefix)

    def clear(self, response: Response) -> None:
        """Take all of them back, in either form."""
        self._forget(response)

    @property
    def _prefix(self) -> str:
        # Browsers refuse the prefix without TLS or below a path; http://192.168.1.5
        # must work as well.
        return HOST_PREFIX if request.is_secure and self._path == "/" else ""

    def _put(
        self, response: Response, kind: TokenKind, token: str, csrf: str, max_age: int
    ) -> None:
        # Each lives exactly as long as its token: the page then knows without
        # asking that it has to refresh.
        self._set(response, self._prefix + TOKEN_COOKIES[kind], token, max_age, httponly=True)
        self._set(response, self._prefix + CSRF_COOKIES[kind], csrf, max_age, httponly=False)

    def _set(self, response: Response, name: str, value: str, max_age: int, httponly: bool) -> None:
        response.set_cookie(
            name,
            value,
            max_age=max_age,
            path=self._path,
            secure=request.is_secure,
            httponly=httponly,
            samesite="Strict",
        )

    def _forget(self, response: Response, keep_prefix: str | None = None) -> None:
        for prefix, name in _forms():
            if prefix != keep_prefix and prefix + name in request.cookies:
                self._set(response, prefix + name, "", 0, httponly=True)


def _forms() -> Iterator[tuple[str, str]]:
    return ((prefix, name) for prefix in ("", HOST_PREFIX) for name in _NAMES)
