"""The engines the contract is held against, each with the same handles for a test."""

from __future__ import annotations

import itertools
import time
from typing import Any

from dockmon.domain.actions import ActionRequest
from dockmon.domain.logs import LogQuery
from dockmon.engines.simulated import SimulatedClient
from dockmon.engines.simulated_content import SimulatedContainer
from dockmon.engines.simulated_fleet import SimulatedFleet
from dockmon.ports import EngineClient
from tests.kit.dockerd import POLITE, STUBBORN, Engine
from tests.kit.waiting import eventually

_numbers = itertools.count(1)
_TALK = (
    "sh",
    "-c",
    "trap 'exit 0' TERM; n=0; while true; do n=$((n+1)); echo out $n; echo err $n >&2;"
    " sleep 0.1; done",
)
_FAILS_ONCE = ("sh", "-c", f"[ -e /ran ] || {{ touch /ran; exit 3; }}; {POLITE[2]}")
LABELS = {"com.docker.compose.project": "shop", "com.docker.compose.service": "web"}


def action(name: str, **options: Any) -> ActionRequest:
    """Return a request; which container is said to `act`."""
    return ActionRequest("local", "", name, **options)


class DockerWorld:
    """A real engine: Docker's or Podman's."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._clients: list[EngineClient] = []

    def client(self, **options: Any) -> EngineClient:
        client = self.engine.client(**options)
        self._clients.append(client)
        return client

    def make(self, kind: str) -> str:
        """Make a container: a state, or running and stubborn, terminal, talkative, silent."""
        name = f"{kind}-{next(_numbers)}"
        command = {"stubborn": STUBBORN, "talkative": _TALK, "exited": _FAILS_ONCE}
        options: dict[str, Any] = {"Labels": LABELS}
        if kind == "terminal":
            options["Tty"] = True
            command["terminal"] = _TALK
        if kind == "created":
            return self.engine.create(name, *POLITE, **options)
        container_id = self.engine.run(name, *command.get(kind, POLITE), **options)
        if kind == "paused":
            self.engine.api.pause(container_id)
        if kind == "exited":
            eventually(lambda: self.state(container_id) == "exited")
        if kind in ("talkative", "terminal"):
            eventually(lambda: self._lines(container_id) > 8)
        return container_id

    def _lines(self, container_id: str) -> int:
        client = self.client()
        client.connect()
        said = client.logs(container_id, LogQuery(tail=None))
        return sum(text.count(b"\n") for _stream, text in said)

    def state(self, container_id: str) -> str:
        return str(self.engine.inspect(container_id)["State"]["Status"])

    def freeze(self) -> None:
        self.engine.freeze()

    def thaw(self) -> None:
        self.engine.thaw()

    def close(self) -> None:
        self.thaw()
        for client in self._clients:
            client.close()


class SimulatedWorld:
    """The harmless engine."""

    def __init__(self) -> None:
        self.fleet = SimulatedFleet(containers=0)

    def client(self, **_options: Any) -> EngineClient:
        return SimulatedClient("local", self.fleet)

    def make(self, kind: str) -> str:
        now, number = time.time(), next(_numbers)
        one = SimulatedContainer(
            id=f"{number:064x}",
            name=f"{kind}-{number}",
            image="acme/thing:1",
            created=now - 100,
            voice="access",
            labels=dict(LABELS),
            command=("thing",),
            has_terminal=kind == "terminal",
        )
        with self.fleet.changed:
            self.fleet.create(one, now - 100)
            if kind != "created":
                self.fleet.start(one, now - 100)
            if kind == "exited":
                self.fleet.die(one, now - 50, 3)
            if kind == "paused":
                self.fleet.pause(one, now - 50)
        return one.id

    def state(self, container_id: str) -> str:
        return self.fleet.containers[container_id].state

    def freeze(self) -> None:
        self.fleet.freeze()

    def thaw(self) -> None:
        self.fleet.recover()

    def close(self) -> None:
        self.fleet.cut_streams()


World = DockerWorld | SimulatedWorld
