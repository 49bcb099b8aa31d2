"""Which engines there are, and who speaks to each."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from dockmon.domain.access import View
from dockmon.domain.container import Container
from dockmon.domain.secrets import (
    MASK,
    looks_secret,
    mask_arguments,
    mask_environment,
    mask_text,
)
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
    return _without_secrets(shown) if view.masked else shown


def _without_secrets(value: Any, key: str = "") -> Any:
    """Mask what looks like a secret, wherever in the document it stands.

    A list of the places known today would miss the next one: drivers, mounts and
    log plug-ins all take passwords as options.
    """
    if isinstance(value, dict):
        return {name: _without_secrets(inner, name) for name, inner in value.items()}
    if isinstance(value, list):
        if all(isinstance(inner, str) for inner in value):
            return value if key == "Env" else mask_arguments(value)
        return [_without_secrets(inner, key) for inner in value]
    if not isinstance(value, str) or not value:
        return value
    return MASK if looks_secret(key, value) else mask_text(value)
