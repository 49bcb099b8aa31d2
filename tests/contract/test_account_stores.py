"""What every `AccountStore` does: the one in memory and the one in a database."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from dockmon.domain.accounts import AccountChanges, SignIn, User
from dockmon.ports import AccountStore
from dockmon.storage.accounts import SqlAccountStore
from dockmon.storage.database import Database
from dockmon.storage.memory import MemoryAccountStore
from tests.kit.people import at_once

ALICE = User("alice", "admin", "hash of alice", 1700000000.25)
BOB = User("bob", "viewer", "hash of bob", 1700000001.5, enabled=False)
ONE = SignIn("s1", "alice", 10.25, 2000.5, 900.75, "r1", 10.25)
TWO = SignIn("s2", "alice", 11.0, 2001.0, 901.0, "r3", 600.0, previous_refresh_id="r2")


@pytest.fixture(params=["memory", "database"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[AccountStore]:
    if request.param == "memory":
        yield MemoryAccountStore()
        return
    database = Database.open(None, tmp_path)
    yield SqlAccountStore(database)
    database.close()


def test_it_begins_empty(store: AccountStore) -> None:
    kept = store.load()
    assert (kept.users, kept.sign_ins) == ({}, {})
    assert kept.number == store.change_number()


def test_it_keeps_every_field(store: AccountStore) -> None:
    assert store.write(AccountChanges(users=(ALICE, BOB), sign_ins=(ONE, TWO)), 0)
    kept = store.load()
    assert kept.users == {"alice": ALICE, "bob": BOB}
    assert kept.sign_ins == {"s1": ONE, "s2": TWO}


def test_it_counts_every_write(store: AccountStore) -> None:
    store.write(AccountChanges(users=(ALICE,)), 0)
    store.write(AccountChanges(users=(BOB,)), 1)
    assert store.change_number() == store.load().number == 2


def test_it_writes_nothing_when_somebody_else_wrote(store: AccountStore) -> None:
    store.write(AccountChanges(users=(ALICE,)), 0)
    assert not store.write(AccountChanges(users=(BOB,), removed_users=("alice",)), 0)
    assert store.load().users == {"alice": ALICE}
    assert store.change_number() == 1


def test_it_replaces_and_keeps_what_hangs_on_it(store: AccountStore) -> None:
    store.write(AccountChanges(users=(ALICE,), sign_ins=(ONE,)), 0)
    demoted, renewed = replace(ALICE, role="viewer"), replace(ONE, refresh_id="r9")
    store.write(AccountChanges(users=(demoted,), sign_ins=(renewed,)), 1)
    kept = store.load()
    assert (kept.users["alice"], kept.sign_ins) == (demoted, {"s1": renewed})


def test_it_removes_sign_ins(store: AccountStore) -> None:
    store.write(AccountChanges(users=(ALICE,), sign_ins=(ONE, TWO)), 0)
    store.write(AccountChanges(removed_sign_ins=("s1", "never was")), 1)
    assert store.load().sign_ins == {"s2": TWO}


def test_it_removes_a_users_sign_ins_with_the_user(store: AccountStore) -> None:
    store.write(AccountChanges(users=(ALICE, BOB), sign_ins=(ONE, TWO)), 0)
    store.write(AccountChanges(removed_users=("alice",)), 1)
    kept = store.load()
    assert (set(kept.users), kept.sign_ins) == ({"bob"}, {})


def test_of_many_writers_at_once_one_gets_through(store: AccountStore) -> None:
    users = [replace(ALICE, username=f"user{index}") for index in range(12)]
    wins = at_once(12, lambda index: store.write(AccountChanges(users=(users[index],)), 0))
    assert sorted(wins) == [False] * 11 + [True]
    assert list(store.load().users) == [f"user{wins.index(True)}"]
