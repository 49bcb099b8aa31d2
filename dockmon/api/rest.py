"""REST as a whole: limits, the guard, the error shape and the OpenAPI document."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import Any, Final

import flask_smorest
import orjson
from flask import Flask, Response

from dockmon import __version__
from dockmon.api import auth, errors, users
from dockmon.api.blueprint import Blueprint
from dockmon.api.guard import PREFIX, Guard
from dockmon.config import Settings
from dockmon.domain.access import Role
from dockmon.domain.cookies import TOKEN_COOKIES
from dockmon.ports import Tokens
from dockmon.schemas.accounts import Problem
from dockmon.services.accounts import Accounts
from dockmon.services.sign_ins import SignIns

MAX_BODY_BYTES: Final = 64 * 1024
OPENAPI_VERSION: Final = "3.1.0"


def register(
    app: Flask,
    settings: Settings,
    accounts: Accounts,
    sign_ins: SignIns,
    tokens: Tokens,
    blueprints: Iterable[Blueprint],
) -> Rest:
    """Serve REST on an app: sign-in, users, and the given blueprints to every viewer.

    A route of theirs that asks for more says so with `guard.needs`.
    """
    guard = Guard(tokens, sign_ins)
    served = Rest(app, guard, settings.base_path)
    served.add(auth.make_blueprint(accounts, sign_ins, tokens, guard, settings.base_path), "viewer")
    served.add(users.make_blueprint(accounts), "admin")
    for blueprint in blueprints:
        served.add(blueprint, "viewer")
    return served


class Rest:
    """The REST half of an app."""

    def __init__(self, app: Flask, guard: Guard, base_path: str = "/") -> None:
        app.config["MAX_CONTENT_LENGTH"] = MAX_BODY_BYTES
        app.config["OPENAPI_URL_PREFIX"] = "/api"
        self.guard = guard
        self._api = _Api(
            app,
            spec_kwargs={
                "title": "dockmon",
                "version": __version__,
                "openapi_version": OPENAPI_VERSION,
                "servers": [{"url": base_path}],
                "security": [{"bearer": []}, {"cookie": []}],
            },
        )
        _describe_security(self._api.spec)
        errors.install(app)
        guard.install(app)

    def add(self, blueprint: Blueprint, role: Role) -> None:
        """Serve a blueprint below /api/v1 to who has at least this role.

        A single route asks for more with `@needs`.
        """
        if not isinstance(blueprint, Blueprint):
            raise TypeError("only dockmon.api.blueprint.Blueprint refuses unknown fields")
        self.guard.declare(blueprint.name, role)
        self._api.register_blueprint(blueprint, url_prefix=PREFIX + (blueprint.url_prefix or ""))

    @property
    def spec(self) -> dict[str, Any]:
        """The OpenAPI document."""
        document: dict[str, Any] = self._api.spec.to_dict()
        return document


class _Api(flask_smorest.Api):  # type: ignore[misc]
    ERROR_SCHEMA = Problem

    def _register_error_handlers(self) -> None:
        """Leave errors to `api/errors`."""

    def _register_responses(self) -> None:
        # Only failures are registered here, and the content type is read from the API.
        self.DEFAULT_RESPONSE_CONTENT_TYPE = errors.CONTENT_TYPE
        super()._register_responses()
        del self.DEFAULT_RESPONSE_CONTENT_TYPE

    @cached_property
    def _encoded(self) -> bytes:
        return orjson.dumps(self.spec.to_dict(), option=orjson.OPT_NON_STR_KEYS)

    def _openapi_json(self) -> Response:
        # Kept: anybody may ask for it, and building it takes a hundred times longer.
        return Response(self._encoded, mimetype="application/json")


def _describe_security(spec: Any) -> None:
    spec.components.security_scheme(
        "bearer", {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
    )
    spec.components.security_scheme(
        "cookie", {"type": "apiKey", "in": "cookie", "name": TOKEN_COOKIES["access"]}
    )
