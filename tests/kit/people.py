"""Users and sign-ins without waiting: a clock by hand, hashes for nothing, stores of any kind."""

from __future__ import annotations

import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from dockmon import config
from dockmon.api import rest
from dockmon.api.blueprint import Blueprint
from dockmon.domain.accounts import Claims, SignIn
from dockmon.ports import AccountStore, PasswordHasher
from dockmon.security.tokens import JwtTokens
from dockmon.services.account_book import AccountBook
from dockmon.services.accounts import Accounts
from dockmon.services.sign_ins import SignIns
from dockmon.storage.accounts import SqlAccountStore
from dockmon.storage.database import FILE_NAME, Database
from dockmon.storage.memory import MemoryAccountStore

SECRET = "a secret of the tests, 32 bytes or more"
PASSWORD = "correct horse"


class ManualClock:
    """Stands still until told. Starts now, because PyJWT looks at the real clock as well."""

    def __init__(self) -> None:
        self.now = float(int(time.time()))

    def time(self) -> float:
        return self.now

    def monotonic(self) -> float:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += seconds


class InlineTasks:
    """Runs everything where it is asked for."""

    def spawn(self, work: Callable[..., Any], *args: Any, name: str = "") -> None:
        work(*args)

    def run_blocking(self, work: Callable[..., Any], *args: Any) -> Any:
        return work(*args)


class PlainPasswords:
    """A `PasswordHasher` that costs nothing and notes what it was asked.

    before: called before each answer, to make something happen meanwhile.
    """

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.before: Callable[[], None] = lambda: None

    def hash(self, password: str) -> str:
        self._ask("hash")
        return f"plain:{password}"

    def verify(self, password_hash: str | None, password: str) -> bool:
        self._ask("verify")
        return password_hash == f"plain:{password}"

    def _ask(self, what: str) -> None:
        self.asked.append(what)
        self.before()


@dataclass
class People:
    """The services of one process over a store."""

    store: AccountStore = field(default_factory=MemoryAccountStore)
    clock: ManualClock = field(default_factory=ManualClock)
    passwords: PasswordHasher = field(default_factory=PlainPasswords)

    def __post_init__(self) -> None:
        self.book = AccountBook(self.store)
        self.accounts = Accounts(self.book, self.passwords, self.clock)
        self.sign_ins = SignIns(self.book, self.passwords, self.clock)

    def another_process(self) -> People:
        """Return the services of another process over the same store."""
        return People(self.store, self.clock, self.passwords)

    def add(self, *names: str, role: str = "viewer") -> None:
        for name in names:
            self.accounts.create(name, PASSWORD, role)

    def sign_in(self, name: str, address: str = "192.0.2.1") -> SignIn:
        return self.sign_ins.sign_in(name, PASSWORD, address)

    def access(self, sign_in: SignIn) -> Claims:
        """Return the claims of the sign-in's latest access token."""
        return Claims(
            sign_in.username, sign_in.session_id, "any", "access", "csrf", sign_in.access_expires_at
        )

    def refresh(self, sign_in: SignIn) -> Claims:
        """Return the claims of the refresh token that was given with this record."""
        return Claims(
            sign_in.username,
            sign_in.session_id,
            sign_in.refresh_id,
            "refresh",
            "csrf",
            sign_in.expires_at,
        )


class Site:
    """REST of one server over a real database, and a way to ask it."""

    def __init__(
        self, folder: Path, *blueprints: Blueprint, base_path: str = "/", **people: Any
    ) -> None:
        self.folder = folder
        self.settings = config.load(
            {"DOCKMON_DATA_DIR": str(folder), "DOCKMON_BASE_PATH": base_path}
        )
        (folder / FILE_NAME).write_bytes(_migrated())
        self.database = Database.open(None, folder)
        self.people = People(SqlAccountStore(self.database), **people)
        self.clock = self.people.clock
        self.app = Flask("site")
        self.tokens = JwtTokens(self.app, SECRET, self.clock)
        self.rest = rest.register(
            self.app,
            self.settings,
            self.people.accounts,
            self.people.sign_ins,
            self.tokens,
            blueprints,
        )

    def client(self) -> FlaskClient:
        """Return a client with a cookie jar of its own."""
        return self.app.test_client()

    def signed_in(self, name: str) -> dict[str, str]:
        """Return the headers of a program that has signed in."""
        issued = self.tokens.issue(self.people.sign_in(name))
        return {"Authorization": f"Bearer {issued.access}"}

    def page(self, name: str, origin: str = "http://localhost") -> FlaskClient:
        """Return a browser whose page has signed in."""
        client = self.client()
        answer = client.post(
            "/api/v1/auth/login",
            json={"username": name, "password": PASSWORD, "cookies": True},
            base_url=origin,
        )
        assert answer.status_code == 200, answer.text
        return client

    def close(self) -> None:
        self.database.close()


@cache
def _migrated() -> bytes:
    """Return a fresh database as a file: hundreds of tests need one, migrating takes 0.1 s."""
    with tempfile.TemporaryDirectory() as folder:
        Database.open(None, Path(folder)).close()
        return (Path(folder) / FILE_NAME).read_bytes()


def at_once(count: int, work: Callable[[int], Any]) -> list[Any]:
    """Run `work` that many times at the same moment; return what each returned or raised."""
    results: list[Any] = [None] * count
    start = threading.Barrier(count)

    def run(index: int) -> None:
        start.wait()
        try:
            results[index] = work(index)
        except Exception as error:
            results[index] = error

    threads = [threading.Thread(target=run, args=(index,)) for index in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results
