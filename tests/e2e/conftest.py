"""Chromium for the tests of this folder, and the servers they share.

Only in eventlet mode: what a browser sees does not depend on it, and the socket
tests run in both.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import shlex
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import pytest

from tests.kit.dockerd import Engine
from tests.kit.proxy import WebProxy
from tests.kit.server import Server

if TYPE_CHECKING:
    from tests.e2e.browser import Dashboard, Troubles

_ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-quic",
)
_HAS_PLAYWRIGHT = importlib.util.find_spec("playwright") is not None
# The machine may be busy with other tests; whatever is promised sooner says so itself.
_PATIENCE_MS = 30_000


class _SkippedModule(pytest.Module):
    """A test file that could not even be imported."""

    def collect(self) -> NoReturn:
        pytest.skip("the Python package playwright is missing", allow_module_level=True)


def pytest_pycollect_makemodule(
    module_path: Path, parent: pytest.Collector
) -> pytest.Module | None:
    """Skip the files of this folder without Playwright; with CI=true they fail by themselves."""
    if _HAS_PLAYWRIGHT or os.environ.get("CI") == "true":
        return None
    return _SkippedModule.from_parent(parent, path=module_path)


@pytest.fixture(scope="session")
def _browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    from playwright.sync_api import expect, sync_playwright

    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        _unavailable("Chromium is missing; on Debian: apt-get install chromium")
    deaf = tmp_path_factory.mktemp("browser") / "chromium"
    command = shlex.join([sys.executable, str(Path(__file__).with_name("deaf.py")), chromium])
    deaf.write_text(f'#!/bin/sh\nexec {command} "$@"\n')
    deaf.chmod(0o700)
    expect.set_options(timeout=_PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=deaf, args=list(_ARGUMENTS))
        yield browser
        browser.close()


def _unavailable(reason: str) -> NoReturn:
    """Skip where no browser can run; with CI=true that is a failure."""
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture
def troubles() -> Troubles:
    """What went wrong on the pages of this test; it declares here what it expects."""
    from tests.e2e.browser import Troubles

    return Troubles()


@pytest.fixture
def put_before() -> Iterator[Callable[[Server], WebProxy]]:
    """Put proxies before servers."""
    with contextlib.ExitStack() as proxies:
        yield lambda server: proxies.enter_context(WebProxy(server.port))


@pytest.fixture
def new_page(
    _browser: Any,
    troubles: Troubles,
    start: Callable[..., Server],
    put_before: Callable[[Server], WebProxy],
) -> Iterator[Callable[..., Any]]:
    """Open pages, each in a browser profile of its own. They close before what they look at."""
    pages = []

    def begin(**options: Any) -> Any:
        page = _browser.new_context(**{"locale": "en-GB", **options}).new_page()
        page.set_default_timeout(_PATIENCE_MS)
        troubles.watch(page)
        pages.append(page)
        return page

    yield begin
    for page in pages:
        if not page.is_closed():
            page.evaluate("0")  # what was reported until now has arrived
        page.context.close()
    assert not troubles.unexpected, "\n".join(troubles.unexpected)


@pytest.fixture
def page(new_page: Callable[..., Any]) -> Any:
    """A page of an ordinary desk."""
    return new_page()


@pytest.fixture(scope="session")
def _simulated_server() -> Iterator[Server]:
    server = Server("local=simulated://?containers=8")
    yield server
    server.stop()


@pytest.fixture(scope="session")
def _docker_server(_shared_engine: Engine) -> Iterator[Server]:
    # Nothing is looked up for an hour: what the page learns sooner came by events.
    server = Server(f"local=unix://{_shared_engine.socket}", DOCKMON_CONTAINERS_INTERVAL="3600")
    yield server
    server.stop()


@pytest.fixture
def simulated(page: Any, _simulated_server: Server) -> Dashboard:
    """A page on a simulated fleet, shared by tests that leave it as it was; not signed in."""
    from tests.e2e.browser import Dashboard

    return Dashboard(page, _simulated_server)


@pytest.fixture
def docker(engine: Engine, page: Any, _docker_server: Server) -> Dashboard:
    """A signed-in page on `engine`."""
    from tests.e2e.browser import Dashboard

    return Dashboard(page, _docker_server).sign_in()
