"""Which engines there are, and who speaks to each."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from dockmon.domain.access import View
from dockmon.domain.container import Container
from dockmon.domain.secrets import mask_arguments, mask_environment, mask_labels, mask_text
from dockmon.ports import EngineClient
from dockmon.services.inventory import Inventory
from dockmon.services.watcher import Watcher

audit = logging.getLogger("dockmon.audit")


class Fleet:
    """All engines: their clients, their watchers, and what is known of them."""

    def __init__(self, inventory: Inventory, watchers: Mapping[str, Watcher]) -> None:
        self.inventory = inventory
        self._watchers = watchers

    def start(self) -> None:
        """Start following every engine."""
        for watcher in self._watchers.values():
            watcher.start()

    def stop(self) -> None:
        """Let go of every engine."""
        for watcher in self._watchers.values():
            watcher.stop()

    def watcher(self, engine: str) -> Watcher:
        """Return who follows the engine. Raises engine.unknown."""
        self.inventory.status(engine)
        return self._watchers[engine]

    def client(self, engine: str) -> EngineClient:
        """Return who speaks to the engine. Raises engine.unknown."""
        return self.watcher(engine).client

    def resolve(self, engine: str, reference: str) -> Container:
        """Return the container meant.

        Raises: engine.unknown, container.not_found, request.invalid.
        """
        return self.inventory.resolve(engine, reference)

    def inspect(
        self, engine: str, reference: str, view: View, reveal_environment: bool = False
    ) -> dict[str, Any]:
        """Return the engine's own description of a container, secrets masked.

        Environment values are masked for everybody unless revealed.
        Raises as `resolve` and `EngineClient.inspect` do.
        """
        container = self.resolve(engine, reference)
        raw = self.client(engine).inspect(container.id)
        return _masked(raw, view, reveal_environment)

    def processes(self, engine: str, reference: str, view: View) -> dict[str, Any]:
        """Return `{titles, processes}` of a running container, secrets masked.

        Raises as `resolve` and `EngineClient.top` do.
        """
        container = self.resolve(engine, reference)
        table = self.client(engine).top(container.id)
        if view.masked:
            rows = [mask_arguments(" ".join(row).split(" ")) for row in table["processes"]]
            table = {**table, "processes": _regrouped(rows, table["processes"])}
        return table


def _regrouped(masked: list[list[str]], rows: list[list[str]]) -> list[list[str]]:
    """Put masked words back into the cells they came from."""
    result = []
    for words, row in zip(masked, rows, strict=True):
        rest = iter(words)
        result.append([" ".join(next(rest) for _ in cell.split(" ")) for cell in row])
    return result


def _masked(raw: dict[str, Any], view: View, reveal_environment: bool) -> dict[str, Any]:
    config = dict(raw.get("Config") or {})
    shown = {**raw, "Config": config}
    if not reveal_environment and config.get("Env"):
        config["Env"] = mask_environment(config["Env"])
    if not view.masked:
        return shown
    config["Labels"] = mask_labels(config.get("Labels") or {})
    for key in ("Cmd", "Entrypoint"):
        if isinstance(config.get(key), list):
            config[key] = mask_arguments(config[key])
    if isinstance(config.get("Healthcheck"), dict):
        test = mask_arguments(config["Healthcheck"].get("Test") or [])
        config["Healthcheck"] = {**config["Healthcheck"], "Test": test}
    shown["Args"] = mask_arguments(raw.get("Args") or [])
    state = raw.get("State")
    if isinstance(state, dict) and isinstance(state.get("Health"), dict):
        entries = [
            {**entry, "Output": mask_text(str(entry.get("Output", "")))}
            for entry in state["Health"].get("Log") or []
        ]
        shown["State"] = {**state, "Health": {**state["Health"], "Log": entries}}
    return shown
