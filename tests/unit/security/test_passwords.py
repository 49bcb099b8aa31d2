"""Argon2id: strong enough, off the hub, and never more at once than fit."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from argon2 import PasswordHasher, extract_parameters

from dockmon.domain.errors import RateLimited
from dockmon.security.passwords import Argon2Passwords
from tests.kit.people import InlineTasks


class NotingTasks(InlineTasks):
    """Notes what was kept off the hub; `hold` makes it wait there."""

    def __init__(self) -> None:
        self.ran: list[str] = []
        self.entered = threading.Semaphore(0)
        self.hold = threading.Event()
        self.hold.set()

    def run_blocking(self, work: Callable[..., Any], *args: Any) -> Any:
        self.ran.append(work.__name__)
        self.entered.release()
        self.hold.wait(30)
        return work(*args)


def cheap(tasks: NotingTasks, waiting_at_most: int = 32) -> Argon2Passwords:
    return Argon2Passwords(tasks, memory_kib=64, passes=1, waiting_at_most=waiting_at_most)


def test_the_parameters_are_owasps_or_better() -> None:
    parameters = extract_parameters(Argon2Passwords(InlineTasks()).hash("correct horse"))
    assert parameters.type.name == "ID"
    assert parameters.memory_cost >= 19 * 1024
    assert parameters.time_cost >= 2
    assert parameters.salt_len >= 16


def test_equal_passwords_have_different_hashes() -> None:
    passwords = cheap(NotingTasks())
    assert passwords.hash("correct horse") != passwords.hash("correct horse")


def test_hashing_never_runs_on_the_hub() -> None:
    tasks = NotingTasks()
    passwords = cheap(tasks)
    kept = passwords.hash("correct horse")
    passwords.verify(kept, "correct horse")
    passwords.verify(None, "correct horse")
    assert tasks.ran == ["hash", "_verify", "_verify"]


def test_an_unknown_user_costs_one_hash_like_a_known_one(monkeypatch: pytest.MonkeyPatch) -> None:
    passwords = cheap(NotingTasks())
    kept = passwords.hash("correct horse")
    ran: list[str] = []
    for name in ("hash", "verify"):
        real = getattr(PasswordHasher, name)
        monkeypatch.setattr(
            PasswordHasher, name, lambda *a, n=name, r=real: (ran.append(n), r(*a))[1]
        )
    passwords.verify(kept, "wrong password")
    passwords.verify(None, "wrong password")
    assert ran == ["verify", "hash"]


def test_who_comes_when_too_many_wait_is_told_to_come_back() -> None:
    tasks = NotingTasks()
    tasks.hold.clear()
    passwords = cheap(tasks, waiting_at_most=2)
    waiting = [threading.Thread(target=passwords.hash, args=("correct horse",)) for _ in range(2)]
    for thread in waiting:
        thread.start()
    for _ in waiting:
        assert tasks.entered.acquire(timeout=30)
    with pytest.raises(RateLimited) as told:
        passwords.verify(None, "correct horse")
    assert told.value.code == "auth.rate_limited"
    assert told.value.params["retry_after_seconds"] > 0
    tasks.hold.set()
    for thread in waiting:
        thread.join()
    assert passwords.verify(None, "correct horse") is False
