"""The machines under the engines."""

from __future__ import annotations

from flask import Response

from dockmon.api.answers import json_response
from dockmon.api.blueprint import Blueprint
from dockmon.ports import Clock
from dockmon.schemas import containers as shapes
from dockmon.services.host_sampler import HostSampler
from dockmon.services.inventory import Inventory


def make_blueprint(inventory: Inventory, host_sampler: HostSampler, clock: Clock) -> Blueprint:
    """Return the route /system."""
    blp = Blueprint("system", __name__, description="Host metrics.")

    @blp.get("/system")
    @blp.response(200, shapes.System)
    def read_system() -> Response:
        """Return a metrics payload for each engine."""
        data = [host_sampler.payload(engine) for engine in inventory.engines]
        return json_response({"data": data, "timestamp": clock.time()})

    return blp
