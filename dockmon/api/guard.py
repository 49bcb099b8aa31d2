"""Who may ask what of REST: deny by default.

Runs before every route below /api/v1, known or not. A route without a declared
role is refused even to admins, so that a forgotten declaration shows at once.
"""

from __future__ import annotations

import hmac
import logging
from collections.abc import Callable, Iterator
from typing import Any, Final, TypeVar

from flask import Flask, current_app, g, request

from dockmon.domain import access
from dockmon.domain.access import Principal, Role
from dockmon.domain.accounts import Claims, TokenKind
from dockmon.domain.cookies import CSRF_HEADER, token_among
from dockmon.domain.errors import AuthRequired, InvalidRequest, NotAllowed
from dockmon.domain.origin import is_same_origin
from dockmon.ports import Tokens
from dockmon.services.sign_ins import SignIns

log = logging.getLogger(__name__)

PREFIX: Final = "/api/v1"
PUBLIC_PATHS: Final = frozenset(f"{PREFIX}/auth/{name}" for name in ("login", "refresh", "setup"))
_SAFE_METHODS: Final = ("GET", "HEAD", "OPTIONS")
_TOKEN_FIELDS: Final = frozenset({"token", "access_token", "refresh_token", "jwt"})

View = TypeVar("View", bound=Callable[..., Any])


def needs(role: Role) -> Callable[[View], View]:
    """Declare the least role of one route, in place of its blueprint's."""

    def declare(view: View) -> View:
        view._dockmon_role = role  # type: ignore[attr-defined]
        return view

    return declare


class Guard:
    """Finds out who asks, and holds them to the role the route declares."""

    def __init__(self, tokens: Tokens, sign_ins: SignIns) -> None:
        self._tokens = tokens
        self._sign_ins = sign_ins
        self._roles: dict[str, Role] = {}  # blueprint -> least role of its routes

    def install(self, app: Flask) -> None:
        """Stand before every route of the app."""
        app.before_request(self._check)

    def declare(self, blueprint: str, role: Role) -> None:
        """Declare the least role for all routes of a blueprint."""
        self._roles[blueprint] = role

    def policy(self, app: Flask) -> Iterator[tuple[str, str, Role | None]]:
        """Yield (method, rule, least role) of every route that asks for a sign-in.

        None is a route nobody may use, for want of a declaration; a test walks this.
        """
        for rule in app.url_map.iter_rules():
            if _is_guarded(rule.rule):
                for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                    yield method, rule.rule, self._role_of(app, rule.endpoint)

    def authenticate(self) -> Principal:
        """Return who asks, by Authorization header or cookie.

        Raises: auth.required, auth.expired, auth.csrf.
        """
        claims, by_cookie = self.claims("access")
        principal = self._sign_ins.principal_of(claims)
        if by_cookie:
            check_origin()
            check_csrf(claims)
        return principal

    def claims(self, kind: TokenKind, in_body: str | None = None) -> tuple[Claims, bool]:
        """Return what the token says, and whether a cookie carried it.

        Raises: auth.required, auth.expired.
        """
        if _TOKEN_FIELDS & request.args.keys():
            # Refused even beside a good one: what is in a URL is in logs and histories.
            raise AuthRequired(reason="token_in_url")
        token = in_body or bearer()
        if token is not None:
            return self._tokens.verify(token, kind), False
        cookie = token_among(request.cookies, kind)
        if cookie is None:
            raise AuthRequired
        return self._tokens.verify(cookie, kind), True

    def _check(self) -> None:
        if _is_guarded(request.path):
            g.principal = self.authenticate()
            if request.endpoint is None:
                return  # nothing there: Flask says so next
            self._check_role(request.endpoint)
        if _is_below_prefix(request.path):
            _check_query()

    def _check_role(self, endpoint: str) -> None:
        role = self._role_of(current_app, endpoint)
        if role is None:
            log.error("no role is declared for %s: refused", endpoint)
            raise NotAllowed(reason="undeclared")
        access.require(g.principal, role)

    def _role_of(self, app: Flask, endpoint: str) -> Role | None:
        own: Role | None = getattr(app.view_functions[endpoint], "_dockmon_role", None)
        return own or self._roles.get(endpoint.rpartition(".")[0])


def bearer() -> str | None:
    """Return the token of the Authorization header; None when it is of another scheme.

    A proxy in front may ask for a password of its own, which then comes along here.
    """
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


def check_csrf(claims: Claims) -> None:
    """Let pass what cannot have come from another page. Raises: auth.csrf."""
    if request.method in _SAFE_METHODS:
        return
    sent = request.headers.get(CSRF_HEADER, "")
    if not hmac.compare_digest(sent.encode(errors="replace"), claims.csrf.encode()):
        raise NotAllowed("auth.csrf")


def check_origin() -> None:
    """Refuse a page of another origin. Raises: auth.csrf.

    SameSite=Strict alone lets pages of the same host and another port through.
    """
    origin = request.headers.get("Origin")
    if origin is None:
        return
    scheme_known = request.environ.get("dockmon.scheme_known", request.is_secure)
    scheme = request.scheme if scheme_known else None
    if not is_same_origin(origin, request.headers.get("Host", ""), scheme):
        raise NotAllowed("auth.csrf", origin=origin[:255])


def _is_below_prefix(path: str) -> bool:
    return path == PREFIX or path.startswith(PREFIX + "/")


def _is_guarded(path: str) -> bool:
    return _is_below_prefix(path) and path not in PUBLIC_PATHS


def _check_query() -> None:
    """Refuse query fields on routes that take none; the others check their own.

    Raises: request.invalid.
    """
    if not request.args or request.endpoint is None:
        return
    documented = getattr(current_app.view_functions[request.endpoint], "_apidoc", {})
    taken = documented.get("arguments", {}).get("parameters", ())
    if not any(one["in"] == "query" for one in taken):
        raise InvalidRequest(fields={name: ["Unknown field."] for name in request.args})
