"""Blueprints whose routes refuse what they do not know, in our error codes.

flask-smorest alone answers 422 to bad input, drops unknown query fields and
takes a body of any type for an empty one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

import flask
import flask_smorest
import orjson
from flask import Request
from marshmallow import RAISE, Schema, ValidationError
from webargs import core
from webargs.flaskparser import FlaskParser

from dockmon.domain.errors import InvalidRequest
from dockmon.schemas.base import faults

View = TypeVar("View", bound=Callable[..., Any])

if TYPE_CHECKING:
    # flask-smorest has no types of its own; this is what we use of it.
    class _SmorestBlueprint(flask.Blueprint):
        def __init__(self, *args: Any, description: str = "", **options: Any) -> None: ...

        def arguments(
            self, schema: type[Schema], *, location: str = "json", required: bool = True
        ) -> Callable[[View], View]: ...

        def response(
            self, status_code: int, schema: type[Schema] | None = None, **options: Any
        ) -> Callable[[View], View]: ...

        @staticmethod
        def doc(**fields: Any) -> Callable[[View], View]: ...
else:
    _SmorestBlueprint = flask_smorest.Blueprint


class _Parser(FlaskParser):
    DEFAULT_VALIDATION_STATUS = 400
    DEFAULT_UNKNOWN_BY_LOCATION = {**FlaskParser.DEFAULT_UNKNOWN_BY_LOCATION, "query": RAISE}

    def _raw_load_json(self, req: Request) -> Any:
        body = req.get_data(cache=True)
        if not body:
            return core.missing
        if not req.is_json:
            raise InvalidRequest(fields={"_schema": ["the body must be application/json"]})
        try:
            # Not the standard library's parser: that one ends in a RecursionError on
            # deep nesting and lets half surrogates through, which no database takes.
            loaded = orjson.loads(body)
        except orjson.JSONDecodeError:
            raise InvalidRequest(fields={"_schema": ["the body is not valid JSON"]}) from None
        if not isinstance(loaded, dict):
            raise InvalidRequest(fields={"_schema": ["the body must be an object"]})
        return loaded

    def handle_error(
        self, error: ValidationError, req: Request, schema: Schema, **_: Any
    ) -> NoReturn:
        raise InvalidRequest(fields=faults(error)) from None


class Blueprint(_SmorestBlueprint):
    """A `flask_smorest.Blueprint` that is as strict as the contract."""

    ARGUMENTS_PARSER = _Parser()
