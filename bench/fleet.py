"""A real engine with containers that do nothing, and hands that make events of them."""

from __future__ import annotations

import contextlib
import itertools
import random
import sys
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import docker

from tests.kit import dockerd
from tests.kit.dockerd import Engine

# `sleep` wakes up for nothing: it is not the containers that are measured.
_QUIET = ("sleep", "1000000")

Orders = tuple[str, str]
PAUSES: Orders = ("pause", "unpause")
RESTARTS: Orders = ("kill", "start")


@contextmanager
def engine_with(containers: int) -> Iterator[tuple[Engine, list[str]]]:
    """Start an engine with so many running containers; yields it and their ids."""
    reason = dockerd.missing()
    if reason is not None:
        sys.exit(f"no benchmark without a Docker engine: {reason}")
    engine = Engine().start()
    try:
        names = [f"bench-{number:02d}" for number in range(containers)]
        with ThreadPoolExecutor(2) as pool:
            ids = list(pool.map(lambda name: engine.run(name, *_QUIET), names))
        yield engine, ids
    finally:
        engine.close()


def make_events(
    engine: Engine, ids: Sequence[str], orders: Orders, count: int, pause_seconds: float
) -> None:
    """Give `count` orders with two hands, at random moments, to one container after another.

    So events come alone and close together, but never two of one container at once.
    """
    with ThreadPoolExecutor(2) as pool:
        for half in (ids[::2], ids[1::2]):
            pool.submit(_hand, engine, half, orders, count // 2, pause_seconds)
    _set_right(engine)


@contextmanager
def churn(engine: Engine, ids: Sequence[str], pause_seconds: float) -> Iterator[None]:
    """Pause and resume one container after another meanwhile."""
    over = threading.Event()
    hand = threading.Thread(
        target=_hand, args=(engine, ids, PAUSES, None, pause_seconds, over), daemon=True
    )
    hand.start()
    try:
        yield
    finally:
        over.set()
        hand.join()
        _set_right(engine)


def _hand(
    engine: Engine,
    ids: Sequence[str],
    orders: Orders,
    count: int | None,
    pause_seconds: float,
    over: threading.Event | None = None,
) -> None:
    over = over or threading.Event()
    with contextlib.closing(docker.APIClient(f"unix://{engine.socket}", version="1.41")) as api:
        for turn in itertools.count() if count is None else range(count):
            order = orders[turn // len(ids) % 2]
            getattr(api, order)(ids[turn % len(ids)])
            if over.wait(random.expovariate(1 / pause_seconds)):
                return


def _set_right(engine: Engine) -> None:
    for state, order in (("paused", engine.api.unpause), ("exited", engine.api.start)):
        for row in engine.api.containers(all=True, filters={"status": state}):
            order(row["Id"])
