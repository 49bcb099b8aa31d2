"""How questions and orders are put to an engine: versions, paths, parameters. Pure.

Who sends them is `client`.
"""

from __future__ import annotations

import re
from typing import Any, Final
from urllib.parse import quote, urlencode

from dockmon.domain.actions import ActionRequest
from dockmon.domain.logs import LogQuery

TESTED_MAX_API: Final = "1.51"
OLDEST_API: Final = "1.40"


def agree(own: str, oldest: str) -> str | None:
    """Return the API version to speak with an engine, None when it is too old.

    own, oldest: the newest and the oldest version the engine speaks. The newest
    that was tested is preferred to newer ones, which may mean other things by the
    same words.
    """
    if numbers(own) < numbers(OLDEST_API):
        return None
    chosen = min(own, TESTED_MAX_API, key=numbers)
    return max(chosen, oldest, key=numbers)


def numbers(version: str) -> tuple[int, ...]:
    """Return a version for comparing; nothing when it is not one."""
    if not re.fullmatch(r"[0-9]{1,4}(\.[0-9]{1,4}){1,2}", version, re.ASCII):
        return ()
    return tuple(int(part) for part in version.split("."))[:2]


def container_path(container_id: str, rest: str = "") -> str:
    """Return the path of something of one container."""
    # `services` resolved it to a full id; quoted all the same, because the SDK's
    # own quoting lets `../` through to any other path of the engine.
    return f"/containers/{quote(container_id, safe='')}{rest}"


def order(container_id: str, request: ActionRequest) -> tuple[str, str]:
    """Return method and path of an action."""
    if request.action == "remove":
        force = "true" if request.force else "false"
        # v=false: a volume is data, and nobody asked to lose it.
        return "DELETE", container_path(container_id, f"?force={force}&v=false")
    parameters: dict[str, Any] = {}
    if request.action in ("stop", "restart"):
        parameters["t"] = request.timeout_seconds
    if request.action == "kill" and request.signal:
        parameters["signal"] = request.signal
    query = f"?{urlencode(parameters)}" if parameters else ""
    return "POST", container_path(container_id, f"/{request.action}{query}")


def stats_path(container_id: str) -> str:
    """Return the path of one reading of a container's stats."""
    # An engine older than one-shot (API 1.41) does not look at it, and measures twice.
    return container_path(container_id, "/stats?stream=false&one-shot=true")


def log_path(container_id: str, query: LogQuery) -> str:
    """Return the path of a log; every line is asked for with its time in front."""
    parameters: dict[str, Any] = {
        "stdout": int(query.stdout),
        "stderr": int(query.stderr),
        "timestamps": 1,
        "follow": int(query.follow),
        "tail": "all" if query.tail is None else query.tail,
    }
    for name, moment in (("since", query.since), ("until", query.until)):
        if moment is not None:
            parameters[name] = f"{moment:.9f}"
    return container_path(container_id, f"/logs?{urlencode(parameters)}")
