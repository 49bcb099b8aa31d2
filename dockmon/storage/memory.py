"""Accounts kept in memory, for the demo and for tests: `storage/accounts` without a database."""

from __future__ import annotations

import threading

from dockmon.domain.accounts import AccountChanges, KeptAccounts


class MemoryAccountStore:
    """An `AccountStore` that forgets everything when the process ends."""

    def __init__(self) -> None:
        self._kept = KeptAccounts(0, {}, {})
        self._lock = threading.Lock()

    def change_number(self) -> int:
        return self._kept.number

    def load(self) -> KeptAccounts:
        return self._kept

    def write(self, changes: AccountChanges, expected_number: int) -> bool:
        with self._lock:
            if self._kept.number != expected_number:
                return False
            self._kept = self._kept.after(changes)
            return True
