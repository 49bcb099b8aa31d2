"""Which client an engine's address asks for."""

from __future__ import annotations

from dockmon.config import EngineAddress
from dockmon.ports import EngineClient


def client_for(address: EngineAddress) -> EngineClient:
    """Return a client. Nothing is connected yet; a simulated engine begins to exist."""
    if address.address.startswith("simulated://"):
        from dockmon.engines.simulated import SimulatedClient

        return SimulatedClient.from_address(address)
    # Here, so that the demo starts without loading the SDK.
    from dockmon.engines.client import DockerClient

    return DockerClient(address)
