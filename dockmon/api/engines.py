"""Engines: how things stand with each."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Response, g

from dockmon.api.answers import json_response
from dockmon.api.blueprint import Blueprint
from dockmon.ports import Clock
from dockmon.schemas import containers as shapes
from dockmon.services.inventory import Inventory
from dockmon.services.stats_sampler import StatsSampler


def make_blueprint(
    inventory: Inventory, addresses: Mapping[str, str], stats_sampler: StatsSampler, clock: Clock
) -> Blueprint:
    """Return the route /engines. `addresses`: where each is looked for."""
    blp = Blueprint("engines", __name__, description="Docker engines.")

    @blp.get("/engines")
    @blp.response(200, shapes.EngineList)
    def list_engines() -> Response:
        """List the engines, their state, and why it is so."""
        rows = []
        for name in inventory.engines:
            status = inventory.status(name)
            source, reason = stats_sampler.source(name)
            rows.append(
                {
                    **status.as_message(),
                    # How a network is built is not everybody's business.
                    "address": addresses[name] if g.principal.role == "admin" else None,
                    "version": status.version,
                    "api_version": status.api_version,
                    "stats_source": source,
                    "stats_source_reason": reason,
                }
            )
        return json_response({"data": rows, "timestamp": clock.time()})

    return blp
