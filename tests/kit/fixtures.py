"""Fixtures that hand out real Docker engines and servers. Loaded by `tests/conftest.py`."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.kit import dockerd
from tests.kit.dockerd import Engine
from tests.kit.podman import Podman
from tests.kit.server import Server


def _require_engine() -> None:
    """Skip where no engine can run; with CI=true that is a failure."""
    reason = dockerd.missing()
    if reason is None:
        return
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


def _started(**options: Any) -> Iterator[Engine]:
    _require_engine()
    engine = Engine(**options).start()
    try:
        yield engine
    finally:
        engine.close()


@pytest.fixture(scope="session")
def _shared_engine() -> Iterator[Engine]:
    yield from _started()


@pytest.fixture(scope="session")
def _shared_second_engine() -> Iterator[Engine]:
    yield from _started()


@pytest.fixture(scope="session")
def _shared_podman() -> Iterator[Engine]:
    _require_engine()
    if not Podman.is_installed():
        pytest.skip("missing Debian package: podman")
    engine = Podman().start()
    try:
        yield engine
    finally:
        engine.close()


def _emptied(engine: Engine) -> Iterator[Engine]:
    engine.remove_all()
    try:
        yield engine
    finally:
        engine.thaw()
        engine.show_socket()
        engine.remove_all()


@pytest.fixture
def engine(_shared_engine: Engine) -> Iterator[Engine]:
    """A running engine without containers. May be frozen, but not killed."""
    yield from _emptied(_shared_engine)


@pytest.fixture
def second_engine(_shared_second_engine: Engine) -> Iterator[Engine]:
    """Another one, on another socket."""
    yield from _emptied(_shared_second_engine)


@pytest.fixture
def podman(_shared_podman: Engine) -> Iterator[Engine]:
    """Podman's compatible service; skipped where Podman is not installed, in CI too."""
    yield from _emptied(_shared_podman)


@pytest.fixture
def own_engine() -> Iterator[Engine]:
    """An engine for this test alone, which may kill it."""
    yield from _started()


@pytest.fixture
def start_engine() -> Iterator[Callable[..., Engine]]:
    """Start an engine for this test alone, with options of `Engine`."""
    _require_engine()
    with contextlib.ExitStack() as stack:

        def start(**options: Any) -> Engine:
            engine = Engine(**options)
            stack.callback(engine.close)
            return engine.start()

        yield start


@pytest.fixture
def bridged_engine() -> Iterator[Engine]:
    """An engine for this test alone, with a network: ports can be published."""
    yield from _started(has_bridge=True)


@pytest.fixture
def start() -> Iterator[Callable[..., Server]]:
    """Start servers that end with the test, and hold each to a clean end and log."""
    servers: list[Server] = []

    def begin(*args: Any, **options: Any) -> Server:
        servers.append(Server(*args, **options))
        return servers[-1]

    yield begin
    failures = []
    for server in servers:
        try:
            server.stop()
        except AssertionError as failure:
            failures.append(failure)
    if failures:
        raise failures[0]
