"""Containers: list, look into, act on."""

from __future__ import annotations

from typing import Any

from flask import Response, g

from dockmon.api.answers import json_response
from dockmon.api.blueprint import Blueprint
from dockmon.api.guard import needs
from dockmon.domain.access import require, view_of
from dockmon.domain.actions import ActionRequest
from dockmon.domain.container import Container, summary
from dockmon.ports import Clock
from dockmon.schemas import containers as shapes
from dockmon.schemas.events import ActionBody
from dockmon.services.actions import Actions
from dockmon.services.broadcaster import Broadcaster
from dockmon.services.fleet import Fleet, audit


def make_blueprint(
    fleet: Fleet, broadcaster: Broadcaster, actions: Actions, clock: Clock
) -> Blueprint:
    """Return the routes below /containers."""
    blp = Blueprint("containers", __name__, description="Containers and what to do with them.")

    @blp.get("/containers")
    @blp.arguments(shapes.ContainersQuery, location="query")
    @blp.response(200, shapes.ContainerList)
    def list_containers(query: dict[str, Any]) -> Response:
        """List containers, with the numbers to go on by deltas."""
        names = fleet.inventory.engines if query["engine"] is None else (query["engine"],)
        view = view_of(g.principal)
        found: list[Container] = []
        engines = []
        for name in names:
            epoch, seq, containers = broadcaster.numbers(name, view)
            engines.append(
                {**fleet.inventory.status(name).as_message(), "epoch": epoch, "seq": seq}
            )
            found += [one for one in containers.values() if _matches(one, query)]
        now = clock.time()
        return json_response(
            {
                "data": [one.as_message(now) for one in found],
                "summary": summary(found),
                "engines": engines,
                "timestamp": now,
            }
        )

    @blp.get("/containers/<engine>/<reference>")
    @blp.arguments(shapes.InspectQuery, location="query")
    @blp.response(200)
    def inspect_container(query: dict[str, Any], engine: str, reference: str) -> Response:
        """Return the engine's own description of a container, secrets masked."""
        reveal = query["reveal"] == "env"
        if reveal:
            require(g.principal, "admin")
        described = fleet.inspect(engine, reference, view_of(g.principal), reveal)
        if reveal:
            audit.info("%s revealed the environment of %s", g.principal.username, described["Id"])
        return json_response(described)

    @blp.get("/containers/<engine>/<reference>/top")
    @blp.response(200, shapes.Processes)
    def list_processes(engine: str, reference: str) -> Response:
        """List the processes of a running container."""
        return json_response(fleet.processes(engine, reference, view_of(g.principal)))

    @blp.post("/containers/<engine>/<reference>/actions")
    @needs("operator")
    @blp.arguments(ActionBody)
    @blp.response(200, shapes.ActionAnswer)
    def act(body: dict[str, Any], engine: str, reference: str) -> Response:
        """Act on a container; answers when the engine has answered."""
        request = ActionRequest(engine=engine, container=reference, **body)
        return json_response(actions.act(g.principal, request).as_message())

    return blp


def _matches(container: Container, query: dict[str, Any]) -> bool:
    if query["state"] is not None and container.state != query["state"]:
        return False
    # As `docker ps` has it: whatever has processes, or is about to.
    if not query["all"] and container.state not in ("running", "paused", "restarting"):
        return False
    if query["project"] is not None and container.project != query["project"]:
        return False
    if not query["q"]:
        return True
    words = (container.name, container.image, container.project or "", container.service or "")
    return any(query["q"].lower() in word.lower() for word in words)
