"""The database: where it is, who may read it, and how its tables come up to date."""

from __future__ import annotations

import sqlite3
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, OperationalError

from dockmon.domain.accounts import AccountChanges, SignIn, User
from dockmon.storage import revision, tables
from dockmon.storage.accounts import SqlAccountStore
from dockmon.storage.database import Database, DatabaseError, database_url
from tests.kit.people import at_once


def impatient(folder: Path) -> Database:
    """A database that does not wait for another process inside SQLite."""
    database = Database(database_url(None, folder), busy_timeout_milliseconds=1)
    database.prepare()
    return database


ALICE = User("alice", "admin", "hash", 1.0)


@pytest.mark.parametrize(
    ("setting", "url"),
    [
        (None, "sqlite:////data/dockmon.db"),
        ("postgres://u:p@h:1/d", "postgresql+psycopg://u:p@h:1/d"),
        ("postgresql://u:p@h/d?sslmode=require", "postgresql+psycopg://u:p@h/d?sslmode=require"),
        ("postgresql+psycopg2://h/d", "postgresql+psycopg2://h/d"),
        ("sqlite:////elsewhere/x.db", "sqlite:////elsewhere/x.db"),
    ],
)
def test_database_url_is_the_setting_or_a_file_in_the_data_directory(
    setting: str | None, url: str
) -> None:
    assert database_url(setting, Path("/data")) == url


@pytest.mark.parametrize("setting", ["sqlite://", "sqlite:///:memory:", "postgresql//typo"])
def test_it_says_in_one_line_what_is_wrong_with_the_address(setting: str, tmp_path: Path) -> None:
    with pytest.raises(DatabaseError) as told:
        Database.open(setting, tmp_path)
    assert "DATABASE_URL" in str(told.value) and "\n" not in str(told.value)


def test_a_missing_driver_is_said_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(DatabaseError, match="needs a driver"):
        Database.open("postgresql+nosuchdriver://h/d", tmp_path)


def test_a_file_that_is_no_database_is_said_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "dockmon.db").write_bytes(b"not a database, but long enough to look at" * 100)
    with pytest.raises(DatabaseError) as told:
        Database.open(None, tmp_path)
    assert "\n" not in str(told.value)


def test_nobody_else_may_read_it(tmp_path: Path) -> None:
    database = Database.open(None, tmp_path / "made" / "data")
    SqlAccountStore(database).write(AccountChanges(users=(ALICE,)), 0)
    files = list((tmp_path / "made" / "data").iterdir())
    assert len(files) >= 2  # the log beside it, too
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    assert stat.S_IMODE((tmp_path / "made" / "data").stat().st_mode) == 0o700
    database.close()


def test_sqlite_is_set_up_for_short_waits_and_many_readers(tmp_path: Path) -> None:
    database = Database.open(None, tmp_path)
    names = ("journal_mode", "busy_timeout", "foreign_keys", "synchronous")
    told = [database.read(lambda c, n=n: c.execute(text(f"PRAGMA {n}")).scalar()) for n in names]
    assert told == ["wal", 250, 1, 1]
    database.close()


def test_it_notices_that_it_does_not_answer(tmp_path: Path) -> None:
    database = Database.open(None, tmp_path)
    assert database.answers()
    database.write(lambda connection: connection.execute(text("DROP TABLE alembic_version")))
    assert not database.answers()
    database.close()


class TestMigrations:
    """Alembic, from the first table on."""

    def test_newest_is_the_newest_file(self) -> None:
        scripts = ScriptDirectory(str(Path(revision.__file__).parent / "migrations"))
        assert scripts.get_heads() == [revision.NEWEST]

    def test_they_make_exactly_the_tables(self, tmp_path: Path) -> None:
        database = Database.open(None, tmp_path)
        differences = database.read(
            lambda connection: compare_metadata(
                MigrationContext.configure(connection, opts={"compare_type": True}),
                tables.metadata,
            )
        )
        assert differences == []
        database.close()

    def test_a_second_start_does_not_import_alembic(self, tmp_path: Path) -> None:
        start = (
            "import sys; from pathlib import Path; from dockmon.storage.database import Database\n"
            "Database.open(None, Path(sys.argv[1])).close()\n"
            "print('alembic' in sys.modules)"
        )
        told = [
            subprocess.run(
                [sys.executable, "-c", start, str(tmp_path)],
                capture_output=True,
                check=True,
                text=True,
            ).stdout.strip()
            for _ in range(2)
        ]
        assert told == ["True", "False"]

    def test_a_second_start_keeps_what_is_there(self, tmp_path: Path) -> None:
        first = Database.open(None, tmp_path)
        SqlAccountStore(first).write(AccountChanges(users=(ALICE,)), 0)
        first.close()
        second = Database.open(None, tmp_path)
        assert SqlAccountStore(second).load().users == {"alice": ALICE}
        second.close()

    def test_several_first_starts_at_once_make_one_database(self, tmp_path: Path) -> None:
        databases = at_once(4, lambda _: Database.open(None, tmp_path))
        assert [SqlAccountStore(one).change_number() for one in databases] == [0] * 4
        for one in databases:
            one.close()

    def test_a_database_of_a_newer_dockmon_is_left_alone(self, tmp_path: Path) -> None:
        database = Database.open(None, tmp_path)
        change = text("UPDATE alembic_version SET version_num = '9999'")
        database.write(lambda connection: connection.execute(change))
        database.close()
        with pytest.raises(DatabaseError, match=r"9999.*newer") as told:
            Database.open(None, tmp_path)
        assert "\n" not in str(told.value)

    def test_the_data_directory_may_have_any_name(self, tmp_path: Path) -> None:
        Database.open(None, tmp_path / "100% mine" / "데이터").close()


class TestTransactions:
    """All or nothing, and never a long wait."""

    def test_a_write_that_fails_halfway_leaves_nothing(self, tmp_path: Path) -> None:
        database = Database.open(None, tmp_path)
        store = SqlAccountStore(database)
        of_nobody = SignIn("s", "nobody", 1.0, 2.0, 3.0, "r", 1.0)
        with pytest.raises(IntegrityError):
            store.write(AccountChanges(users=(ALICE,), sign_ins=(of_nobody,)), 0)
        assert (store.load().users, store.change_number()) == ({}, 0)
        database.close()

    def test_it_tries_again_when_another_process_is_writing(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        database = impatient(tmp_path)
        store = SqlAccountStore(database)
        other = sqlite3.connect(tmp_path / "dockmon.db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        pauses: list[float] = []

        def pause(seconds: float) -> None:
            pauses.append(seconds)
            if len(pauses) == 2:
                other.execute("COMMIT")

        monkeypatch.setattr(time, "sleep", pause)
        assert store.write(AccountChanges(users=(ALICE,)), 0)
        assert len(pauses) == 2
        other.close()
        database.close()

    def test_it_gives_up_in_the_end_and_reads_go_on_meanwhile(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        database = impatient(tmp_path)
        store = SqlAccountStore(database)
        other = sqlite3.connect(tmp_path / "dockmon.db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        monkeypatch.setattr(time, "sleep", lambda seconds: None)
        with pytest.raises(OperationalError, match="locked"):
            store.write(AccountChanges(users=(ALICE,)), 0)
        assert store.load().users == {}
        other.close()
        database.close()
