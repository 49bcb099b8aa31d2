"""Whether this process is alive, and whether it can do its work. No sign-in."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, Response

from dockmon.api.answers import json_response
from dockmon.services.supervisor import Supervisor


def make_blueprint(supervisor: Supervisor, database_answers: Callable[[], bool]) -> Blueprint:
    """Return /healthz and /readyz. Engines do not count: dockmon works without them."""
    blp = Blueprint("health", __name__)

    @blp.get("/healthz")
    def healthz() -> Response:
        return json_response({"status": "ok"})

    @blp.get("/readyz")
    def readyz() -> Response:
        ready = database_answers() and not supervisor.stuck() and not supervisor.stopping
        return json_response({"status": "ok" if ready else "not ready"}, 200 if ready else 503)

    return blp
