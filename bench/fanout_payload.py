"""What is fanned out: a snapshot of about nine thousand bytes, the same for both servers.

`python -m bench.fanout_payload` prints it, for the Node peer to read.
"""

from __future__ import annotations

import json
from typing import Any

NAMESPACE = "/metrics"
EVENT = "containers"
_CONTAINERS = 22


def payload() -> dict[str, Any]:
    """Return the payload. `at` comes first: the clients look for it at the front."""
    return {"at": 0.0, "engine": "local", "data": [_container(n) for n in range(_CONTAINERS)]}


def _container(number: int) -> dict[str, Any]:
    return {
        "engine": "local",
        "id": f"{number:064x}",
        "name": f"shop-worker-{number}",
        "image": "registry.example.org/shop/worker:2.14.1",
        "state": "running",
        "health": "healthy",
        "ports": [{"private": 8080, "public": 18000 + number, "protocol": "tcp"}],
        "created": 1760000000 + number,
        "exit_code": None,
        "restarts": 0,
        "project": "shop",
        "service": "worker",
        "labels": {"com.example.team": "shop", "com.example.tier": "backend"},
    }


if __name__ == "__main__":
    print(json.dumps(payload(), separators=(",", ":")))
