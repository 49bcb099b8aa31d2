"""Engines: how things stand with each."""

from __future__ import annotations

from flask import Response

from dockmon.api.answers import json_response
from dockmon.api.blueprint import Blueprint
from dockmon.ports import Clock
from dockmon.schemas import containers as shapes
from dockmon.services.inventory import Inventory


def make_blueprint(inventory: Inventory, clock: Clock) -> Blueprint:
    """Return the route /engines."""
    blp = Blueprint("engines", __name__, description="Docker engines.")

    @blp.get("/engines")
    @blp.response(200, shapes.EngineList)
    def list_engines() -> Response:
        """List the engines, their state, and why it is so."""
        rows = []
        for name in inventory.engines:
            status = inventory.status(name)
            rows.append(
                {
                    **status.as_message(),
                    "version": status.version,
                    "api_version": status.api_version,
                    "stats_source": None,
                }
            )
        return json_response({"data": rows, "timestamp": clock.time()})

    return blp
