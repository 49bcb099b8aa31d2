"""All accounts in memory, in step with the store: asked on every request, without a database.

One value that is replaced as a whole, so that readers need no lock. Decisions
about it are made in `services/accounts` and `services/sign_ins`.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Final

from dockmon.domain.accounts import AccountChanges, KeptAccounts
from dockmon.domain.errors import Conflict
from dockmon.ports import AccountStore

# Each try is lost only to another process's write; more than a few is no accident.
_TRIES: Final = 20


class AccountBook:
    """What the store keeps, as of the last look or the last write of our own."""

    def __init__(self, store: AccountStore) -> None:
        self._store = store
        self._writing = threading.Lock()
        self._kept = store.load()

    @property
    def kept(self) -> KeptAccounts:
        """Everything, as of one moment."""
        return self._kept

    def look(self) -> None:
        """Take over what other processes wrote."""
        if self._store.change_number() == self._kept.number:
            return
        with self._writing:
            self._kept = self._store.load()

    def change(self, decide: Callable[[KeptAccounts], AccountChanges]) -> None:
        """Write what `decide` makes of the accounts as they are at that moment.

        `decide` is asked again when another process wrote in between; what it
        raises ends the change with nothing written.
        """
        with self._writing:
            self._write(decide)

    def _write(self, decide: Callable[[KeptAccounts], AccountChanges]) -> None:
        for _ in range(_TRIES):
            changes = decide(self._kept)
            if self._store.write(changes, self._kept.number):
                self._kept = self._kept.after(changes)
                return
            self._kept = self._store.load()
        raise Conflict(reason="busy")
