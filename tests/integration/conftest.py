"""Servers for the tests of this folder, in both modes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.kit.server import Server

MODES = ("eventlet", "threading")
TRANSPORTS = ("websocket", "polling")


@pytest.fixture(params=MODES)
def mode(request: pytest.FixtureRequest) -> str:
    """Each async mode in turn."""
    return str(request.param)


@pytest.fixture(params=TRANSPORTS)
def transport(request: pytest.FixtureRequest) -> str:
    """Each Socket.IO transport in turn."""
    return str(request.param)


@pytest.fixture(scope="session")
def _quiet_servers() -> Iterator[dict[str, Server]]:
    servers: dict[str, Server] = {}
    yield servers
    for server in servers.values():
        server.stop()


@pytest.fixture
def server(mode: str, _quiet_servers: dict[str, Server]) -> Server:
    """A server on a simulated fleet, shared by tests that leave it as it was."""
    if mode not in _quiet_servers:
        _quiet_servers[mode] = Server(
            "local=simulated://?containers=8;nas=simulated://?containers=3", mode
        )
    return _quiet_servers[mode]
