"""Hash passwords with Argon2id, off the hub. Rules about passwords are in `domain/accounts`."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Final, TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from dockmon.domain.errors import RateLimited
from dockmon.ports import Tasks

# Source: OWASP password storage cheat sheet (19 MiB and two passes at least);
# RFC 9106. Two hashes run at once, so this is also what they may cost in memory.
MEMORY_KIB: Final = 32 * 1024
PASSES: Final = 3
WAITING_AT_MOST: Final = 32
_BUSY_RETRY_SECONDS: Final = 2.0

T = TypeVar("T")


class Argon2Passwords:
    """A `PasswordHasher` whose queue is bounded.

    Without the bound, a flood of sign-ins would make everybody's sign-in wait
    behind it.
    """

    def __init__(
        self,
        tasks: Tasks,
        memory_kib: int = MEMORY_KIB,
        passes: int = PASSES,
        waiting_at_most: int = WAITING_AT_MOST,
    ) -> None:
        self._tasks = tasks
        self._argon2 = PasswordHasher(time_cost=passes, memory_cost=memory_kib, parallelism=1)
        self._places = threading.Semaphore(waiting_at_most)

    def hash(self, password: str) -> str:
        return self._off_the_hub(self._argon2.hash, password)

    def verify(self, password_hash: str | None, password: str) -> bool:
        return self._off_the_hub(self._verify, password_hash, password)

    def _verify(self, password_hash: str | None, password: str) -> bool:
        if password_hash is None:
            # The same work as for a wrong password: the time tells nobody who exists.
            self._argon2.hash(password)
            return False
        try:
            return self._argon2.verify(password_hash, password)
        except (VerificationError, InvalidHashError):
            return False

    def _off_the_hub(self, work: Callable[..., T], *args: str | None) -> T:
        if not self._places.acquire(blocking=False):
            raise RateLimited("auth.rate_limited", retry_after_seconds=_BUSY_RETRY_SECONDS)
        try:
            result: T = self._tasks.run_blocking(work, *args)
            return result
        finally:
            self._places.release()
