"""What containers use: all of an engine at once, or one."""

from __future__ import annotations

from typing import Any

from flask import Response

from dockmon.api.answers import json_response
from dockmon.api.blueprint import Blueprint
from dockmon.ports import Clock
from dockmon.schemas import containers as shapes
from dockmon.services.inventory import Inventory
from dockmon.services.stats_sampler import StatsSampler

# An engine that is asked for every container takes a second or two.
_PATIENCE_SECONDS = 3.0


def make_blueprint(inventory: Inventory, stats_sampler: StatsSampler, clock: Clock) -> Blueprint:
    """Return the routes of container stats."""
    blp = Blueprint("stats", __name__, description="What containers use.")

    @blp.get("/stats")
    @blp.arguments(shapes.StatsQuery, location="query")
    @blp.response(200, shapes.StatsList)
    def list_stats(query: dict[str, Any]) -> Response:
        """Return a container-stats payload for each engine; measured anew if they are old."""
        names = inventory.engines if query["engine"] is None else (query["engine"],)
        until = clock.monotonic() + _PATIENCE_SECONDS
        data = [stats_sampler.payload(name, max(0.0, until - clock.monotonic())) for name in names]
        return json_response({"data": data, "timestamp": clock.time()})

    @blp.get("/containers/<engine>/<reference>/stats")
    @blp.response(200, shapes.ContainerStats)
    def read_stats(engine: str, reference: str) -> Response:
        """Return what one container uses; every number is null when it does not run."""
        return json_response(stats_sampler.row(engine, reference, _PATIENCE_SECONDS))

    return blp
