"""Users and sign-ins in the database; the only file with SQL about them.

Its twin without a database is `storage/memory`; one contract suite holds both.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any, Final

from sqlalchemy import Connection, Table, delete, insert, select, update

from dockmon.domain.accounts import AccountChanges, KeptAccounts, SignIn, User
from dockmon.storage import tables
from dockmon.storage.database import Database


class SqlAccountStore:
    """An `AccountStore` in a database that other processes may write to as well."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def change_number(self) -> int:
        return int(self._database.peek(_NUMBER))

    def load(self) -> KeptAccounts:
        return self._database.read(_load)

    def write(self, changes: AccountChanges, expected_number: int) -> bool:
        return self._database.write(lambda connection: _write(connection, changes, expected_number))


_NUMBER: Final = str(select(tables.changes.c.number))


def _number(connection: Connection) -> int:
    number: int = connection.execute(select(tables.changes.c.number)).scalar_one()
    return number


def _load(connection: Connection) -> KeptAccounts:
    # The number first: whoever writes in between is then noticed at the next look.
    number = _number(connection)
    users = [User(**row) for row in connection.execute(select(tables.users)).mappings()]
    sign_ins = [SignIn(**row) for row in connection.execute(select(tables.sign_ins)).mappings()]
    return KeptAccounts(
        number,
        {user.username: user for user in users},
        {one.session_id: one for one in sign_ins},
    )


def _write(connection: Connection, changes: AccountChanges, expected_number: int) -> bool:
    number = tables.changes.c.number
    # Compare and count up in one statement: who comes second finds no row.
    counted = connection.execute(
        update(tables.changes).where(number == expected_number).values(number=number + 1)
    )
    if counted.rowcount != 1:
        return False
    _remove(connection, tables.sign_ins, changes.removed_sign_ins)
    _remove(connection, tables.users, changes.removed_users)
    _put(connection, tables.users, map(asdict, changes.users))
    _put(connection, tables.sign_ins, map(asdict, changes.sign_ins))
    return True


def _remove(connection: Connection, table: Table, keys: Iterable[str]) -> None:
    (key,) = table.primary_key.columns
    for one in keys:
        connection.execute(delete(table).where(key == one))


def _put(connection: Connection, table: Table, rows: Iterable[dict[str, Any]]) -> None:
    (key,) = table.primary_key.columns
    for row in rows:
        # Not delete and insert: deleting a user takes the sign-ins along.
        changed = connection.execute(update(table).where(key == row[key.name]).values(**row))
        if changed.rowcount == 0:
            connection.execute(insert(table).values(**row))
