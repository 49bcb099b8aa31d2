"""One server's REST over a real database, without engines and sockets."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.kit.people import Site


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """A server with an admin, an operator and a viewer."""
    site = Site(tmp_path)
    site.people.add("root", role="admin")
    site.people.add("olga", role="operator")
    site.people.add("alice")
    yield site
    site.close()


@pytest.fixture
def bare(tmp_path: Path) -> Iterator[Site]:
    """A server that was just started for the first time."""
    site = Site(tmp_path)
    yield site
    site.close()
