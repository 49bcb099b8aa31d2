"""Answers that were built elsewhere, encoded once and sent as they are."""

from __future__ import annotations

from typing import Any

import orjson
from flask import Response


def json_response(payload: Any, status: int = 200) -> Response:
    """Return a JSON response without passing the payload through a schema.

    flask-smorest lets a ready response through; the schema in the decorator then
    only describes it.
    """
    return Response(orjson.dumps(payload), status, mimetype="application/json")
