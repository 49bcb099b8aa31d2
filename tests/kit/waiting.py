"""Waiting for what will be true, instead of sleeping for as long as it usually takes."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def eventually(
    condition: Callable[[], T],
    timeout: float = 30.0,
    every: float = 0.02,
    what: str = "what was waited for",
) -> T:
    """Return the first true result of `condition`. Fails the test when none comes in time."""
    end = time.monotonic() + timeout
    while True:
        result = condition()
        if result:
            return result
        if time.monotonic() > end:
            raise AssertionError(f"{what} did not happen within {timeout:g} s: {result!r}")
        time.sleep(every)
