"""The database of control data: connections and transactions. What is in it: `tables`.

The Engine is never used inside a thread pool and no transaction ever yields:
with green threads, one that holds the write lock across a yield freezes the
whole process for the busy time-out.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import (
    ArgumentError,
    DBAPIError,
    NoSuchModuleError,
    OperationalError,
    SQLAlchemyError,
)

from dockmon.storage import revision

FILE_NAME: Final = "dockmon.db"
BUSY_TIMEOUT_MILLISECONDS: Final = 250
_TRIES_WHEN_LOCKED: Final = 10
_PAUSE_WHEN_LOCKED_SECONDS: Final = 0.1
# Two processes that start at once must not both migrate.
_MIGRATION_LOCK: Final = 0x646F636B

T = TypeVar("T")


class DatabaseError(Exception):
    """The database cannot be used; the text is one line for whoever starts dockmon."""


def database_url(setting: str | None, data_dir: Path) -> str:
    """Return where control data is kept: `DATABASE_URL`, or a file in the data directory."""
    if not setting:
        return f"sqlite:///{data_dir / FILE_NAME}"
    scheme, colon, rest = setting.partition(":")
    if scheme in ("postgres", "postgresql"):
        # Platforms still hand out the short names, which mean another driver here.
        scheme = "postgresql+psycopg"
    return scheme + colon + rest


class Database:
    """One database. Made by `open()`, its tables are up to date."""

    @classmethod
    def open(cls, setting: str | None, data_dir: Path) -> Database:
        """Return the database of the settings, ready to use. Raises: DatabaseError."""
        database = cls(database_url(setting, data_dir))
        database.prepare()
        return database

    def __init__(
        self, url: str, busy_timeout_milliseconds: int = BUSY_TIMEOUT_MILLISECONDS
    ) -> None:
        self._url = _parsed(url)
        self._is_sqlite = self._url.get_backend_name() == "sqlite"
        try:
            self._engine = (
                _sqlite(self._url, busy_timeout_milliseconds)
                if self._is_sqlite
                else create_engine(self._url, pool_pre_ping=True)
            )
        except (ImportError, NoSuchModuleError) as fault:
            raise DatabaseError(f"DATABASE_URL needs a driver: {fault}") from fault

    def prepare(self) -> None:
        """Bring the tables up to date; costs one read when they are.

        Raises: DatabaseError.
        """
        try:
            if self._is_sqlite:
                _create_private(Path(self._url.database or ""))
            if self._first_read() != revision.NEWEST:
                self.write(self._migrate)
        except OSError as fault:
            raise DatabaseError(f"the database cannot be created: {fault}") from fault
        except DBAPIError as fault:
            reason = str(fault.orig).strip().split("\n")[0]
            raise DatabaseError(f"the database cannot be opened: {reason}") from fault
        except revision.UnknownRevisionError as fault:
            raise DatabaseError(str(fault)) from fault

    def read(self, work: Callable[[Connection], T]) -> T:
        """Return what `work` reads."""
        with self._engine.begin() as connection:
            return work(connection)

    def peek(self, sql: str) -> Any:
        """Return the one value a query has, at a tenth of what `read` costs.

        For what is asked every second while nothing else happens: building a statement
        and a transaction around it would be a fifth of what an idle dockmon costs.
        """
        connection = self._engine.raw_connection()
        try:
            cursor = connection.cursor()
            cursor.execute(sql)
            row: Any = cursor.fetchone()
            return row[0]
        finally:
            connection.close()

    def write(self, work: Callable[[Connection], T]) -> T:
        """Run `work` in one transaction. It may run again, so it must only write here."""
        for left in reversed(range(_TRIES_WHEN_LOCKED)):
            try:
                with self._engine.connect() as connection:
                    connection = connection.execution_options(dockmon_writes=True)
                    with connection.begin():
                        return work(connection)
            except OperationalError as fault:
                if not left or "locked" not in str(fault.orig):
                    raise
            # Outside the transaction, so that others go on meanwhile.
            time.sleep(_PAUSE_WHEN_LOCKED_SECONDS)
        raise AssertionError("the last try returns or raises")

    def answers(self) -> bool:
        """Say whether the database can be read."""
        try:
            return self.read(revision.of) == revision.NEWEST
        except SQLAlchemyError:
            return False

    def close(self) -> None:
        """Let go of every connection."""
        self._engine.dispose()

    def _first_read(self) -> str | None:
        """Return the revision. Of several first starts one switches the file to WAL,
        and SQLite tells the others "locked" at once, whatever their busy time-out."""
        for left in reversed(range(_TRIES_WHEN_LOCKED)):
            try:
                return self.read(revision.of)
            except OperationalError as fault:
                if not left or "locked" not in str(fault.orig):
                    raise
            time.sleep(_PAUSE_WHEN_LOCKED_SECONDS)
        raise AssertionError("the last try returns or raises")

    def _migrate(self, connection: Connection) -> None:
        if not self._is_sqlite:
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_MIGRATION_LOCK})")
        if revision.of(connection) != revision.NEWEST:
            revision.upgrade(connection)


def _parsed(text: str) -> URL:
    try:
        url = make_url(text)
    except ArgumentError as fault:
        raise DatabaseError("DATABASE_URL is no address of a database") from fault
    if url.get_backend_name() == "sqlite" and url.database in (None, "", ":memory:"):
        raise DatabaseError("DATABASE_URL must name a file: sqlite:////path/to/dockmon.db")
    return url


def _sqlite(url: URL, busy_timeout_milliseconds: int) -> Engine:
    engine = create_engine(url)

    def on_connect(connection: Any, _record: Any) -> None:
        # The driver begins transactions late and by its own rules; `_on_begin` does it.
        connection.isolation_level = None
        cursor = connection.cursor()
        # First of all: the change to WAL may have to wait for another process.
        cursor.execute(f"PRAGMA busy_timeout={busy_timeout_milliseconds:d}")
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=NORMAL")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.close()

    event.listen(engine, "connect", on_connect)
    event.listen(engine, "begin", _on_begin)
    return engine


def _on_begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get("dockmon_writes", False)
    # A transaction that only later turns into a writer can fail at its commit.
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _create_private(path: Path) -> None:
    """Create the file for our own eyes only; SQLite gives its side files the same mode."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
