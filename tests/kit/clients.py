"""Real Socket.IO clients for tests: one that only notes, one that keeps state as the contract says."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import socketio

from tests.kit.server import Server
from tests.kit.waiting import eventually

CONTAINERS, METRICS = "/containers", "/metrics"
EVENTS = (
    "connected",
    "heartbeat",
    "error",
    "metrics",
    "container-stats",
    "containers",
    "containers-delta",
    "engine",
    "container-ack",
)


class Client:
    """A connected client that notes every event in the order of arrival."""

    def __init__(
        self,
        server: Server,
        transport: str = "websocket",
        token: str | None = None,
        namespaces: tuple[str, ...] = (CONTAINERS,),
        **options: Any,
    ) -> None:
        self.got: list[tuple[str, str, dict[str, Any]]] = []  # (namespace, event, payload)
        self.disconnected = threading.Event()
        self._lock = threading.Lock()
        self.sio = socketio.Client(reconnection=False, **options)
        for namespace in namespaces:
            for event in EVENTS:
                self.sio.on(event, self._noting(namespace, event), namespace=namespace)
            self.sio.on("disconnect", lambda *_: self.disconnected.set(), namespace=namespace)
        base = server.url.split("/", 3)[3:] or [""]
        self.sio.connect(
            server.url,
            auth={"token": token or server.token()},
            transports=[transport],
            namespaces=list(namespaces),
            socketio_path=f"{base[0]}/socket.io",
            wait_timeout=30,
        )

    def call(self, event: str, payload: Any = None, namespace: str = CONTAINERS) -> dict[str, Any]:
        """Send an event and return its ack."""
        return self.sio.call(event, payload, namespace=namespace, timeout=60)

    def act(self, container: str, action: str, engine: str = "local", **more: Any) -> Any:
        """Ask for an action and return its ack."""
        asked = {"engine": engine, "container": container, "action": action, **more}
        return self.call("container-action", asked)

    def payloads(self, event: str, namespace: str = CONTAINERS) -> list[dict[str, Any]]:
        """Return what came with an event so far."""
        return [payload for ns, name, payload in list(self.got) if (ns, name) == (namespace, event)]

    def await_event(
        self, event: str, namespace: str = CONTAINERS, timeout: float = 30
    ) -> dict[str, Any]:
        """Return the first payload of an event."""
        return eventually(lambda: self.payloads(event, namespace), timeout, what=event)[0]

    def close(self) -> None:
        """Go."""
        self.sio.disconnect()

    def _noting(self, namespace: str, event: str) -> Any:
        def note(payload: dict[str, Any]) -> None:
            with self._lock:
                self.got.append((namespace, event, payload))
                self.on_event(namespace, event, payload)

        return note

    def on_event(self, namespace: str, event: str, payload: dict[str, Any]) -> None:
        """Called for every event; for those who keep state."""


class Viewer(Client):
    """Keeps the state of every engine: a snapshot, then deltas; asks again on a gap.

    In snapshot mode every `containers` replaces the state.
    """

    def __init__(self, server: Server, mode: str = "delta", **options: Any) -> None:
        self.mode = mode
        self.engines: dict[str, dict[str, Any]] = {}  # name -> {epoch, seq, containers, state}
        self.gaps = 0
        self._waiting: list[dict[str, Any]] = []
        super().__init__(server, **options)
        answer = self.call("subscribe", {"mode": mode})
        assert answer["ok"], answer
        with self._lock:
            for snapshot in answer["data"]["engines"]:
                self._take(snapshot)
            for delta in self._waiting:
                self._apply(delta)

    def on_event(self, namespace: str, event: str, payload: dict[str, Any]) -> None:
        if event == "containers":
            self._take(payload)
        elif event == "containers-delta":
            self._apply(payload)
        elif event == "engine" and payload["engine"] in self.engines:
            self.engines[payload["engine"]]["state"] = payload["state"]

    def states(self, engine: str = "local") -> dict[str, str]:
        """Return {full id: state}."""
        containers = self.engines[engine]["containers"]
        return {container_id: one["state"] for container_id, one in list(containers.items())}

    def container(self, name: str, engine: str = "local") -> dict[str, Any] | None:
        """Return a container by its name."""
        for one in list(self.engines[engine]["containers"].values()):
            if one["name"] == name:
                return one
        return None

    def _take(self, snapshot: dict[str, Any]) -> None:
        self.engines[snapshot["engine"]] = {
            "epoch": snapshot["epoch"],
            "seq": snapshot["seq"],
            "state": snapshot["state"],
            "containers": {one["id"]: one for one in snapshot["data"]},
        }

    def _apply(self, delta: dict[str, Any]) -> None:
        known = self.engines.get(delta["engine"])
        if known is None:
            self._waiting.append(delta)
            return
        if delta["seq_to"] <= known["seq"]:
            return
        if delta["epoch"] != known["epoch"] or delta["seq_from"] != known["seq"] + 1:
            self.gaps += 1
            return
        known["seq"] = delta["seq_to"]
        for one in delta["changed"]:
            known["containers"][one["id"]] = one
        for container_id in delta["removed"]:
            known["containers"].pop(container_id, None)
        counted = delta["summary"]["total"]
        assert counted == len(known["containers"]), "the summary counts what was told"


@contextmanager
def connected(client: Client) -> Iterator[Client]:
    """Close the client at the end, whatever happens."""
    try:
        yield client
    finally:
        client.close()
