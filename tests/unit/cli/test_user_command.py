"""`dockmon user`: before the first start and beside a running server."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from dockmon.cli.user import user
from dockmon.domain.errors import AuthRequired
from dockmon.runtime import SystemTasks
from dockmon.security.passwords import Argon2Passwords
from dockmon.storage.accounts import SqlAccountStore
from dockmon.storage.database import Database
from tests.kit.people import PASSWORD, People

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command on the data directory of the test."""
    for name in [name for name in os.environ if name.startswith("DOCKMON_")]:
        monkeypatch.delenv(name)
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.delenv("PORT", raising=False)
    monkeypatch.setenv("DOCKMON_DATA_DIR", str(tmp_path / "data"))

    def run(*arguments: str, password: str | None = None) -> Result:
        given = [*arguments, "--password-stdin"] if password is not None else list(arguments)
        return CliRunner().invoke(user, given, input=password)

    return run


@pytest.fixture
def server(tmp_path: Path, run: Run) -> People:
    """A server that runs over the same database."""
    run("add", "root", "--role", "admin", password=PASSWORD)
    database = Database.open(None, tmp_path / "data")
    return People(SqlAccountStore(database), passwords=Argon2Passwords(SystemTasks()))


def test_it_works_before_the_first_start(run: Run) -> None:
    added = run("add", "root", "--role", "admin", password=f"{PASSWORD}\n")
    assert (added.exit_code, added.output) == (0, "root was added as admin\n")
    listed = run("list")
    assert listed.exit_code == 0
    heading, row = (line.split() for line in listed.output.splitlines())
    assert heading == ["NAME", "ROLE", "STATE", "SIGN-INS", "CREATED"]
    assert row[:4] == ["root", "admin", "enabled", "0"]


def test_viewer_is_the_role_of_who_says_nothing(run: Run) -> None:
    assert run("add", "bob", password=PASSWORD).output == "bob was added as viewer\n"


def test_the_password_comes_from_a_file(run: Run, server: People, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text(f"{PASSWORD}\r\n")
    assert run("add", "bob", "--password-file", str(tmp_path / "secret")).exit_code == 0
    server.sign_ins.look()
    assert server.sign_in("bob")


def test_without_a_terminal_it_does_not_hang_at_a_prompt(run: Run) -> None:
    told = run("add", "bob")
    assert told.exit_code == 2
    assert "--password-stdin" in told.output


def test_a_terminal_is_asked_twice(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "click.testing._NamedTextIOWrapper.isatty", lambda self: True, raising=False
    )
    told = CliRunner().invoke(user, ["add", "bob"], input=f"{PASSWORD}\n{PASSWORD}\n")
    assert told.exit_code == 0, told.output
    assert PASSWORD not in told.output


@pytest.mark.parametrize(
    ("arguments", "password", "words"),
    [
        (("add", "root"), PASSWORD, "there is a user of that name already"),
        (("add", "no name"), PASSWORD, "username"),
        (("add", "bob"), "short", "password must be 8 to 1024 bytes"),
        (("add", "bob"), "x" * 1025, "password must be 8 to 1024 bytes"),
        (("passwd", "nobody"), PASSWORD, "there is no user 'nobody'"),
        (("disable", "nobody"), None, "there is no user 'nobody'"),
        (("disable", "root"), None, "at least one enabled admin has to remain"),
    ],
)
def test_what_goes_wrong_is_one_line(
    run: Run, server: People, arguments: tuple[str, ...], password: str | None, words: str
) -> None:
    told = run(*arguments, password=password)
    assert told.exit_code == 1
    assert told.output.startswith("Error: ") and words in told.output
    assert told.output.count("\n") == 1


@pytest.mark.parametrize(
    "arguments", [("add", "bob", "--role", "root"), ("add",), ("nothing",), ("add", "a", "b")]
)
def test_wrong_usage_is_2(run: Run, arguments: tuple[str, ...]) -> None:
    assert run(*arguments).exit_code == 2


def test_two_ways_to_give_the_password_do_not_go_together(run: Run, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text(PASSWORD)
    told = run("add", "bob", "--password-file", str(tmp_path / "secret"), password=PASSWORD)
    assert told.exit_code == 2


def test_faults_in_the_settings_are_2_with_a_line_each(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCKMON_PORT", "many")
    monkeypatch.setenv("DOCKMON_TYPO", "1")
    told = run("list")
    assert told.exit_code == 2
    assert "DOCKMON_PORT" in told.output and "DOCKMON_TYPO" in told.output
    assert told.output.count("\n") == 2


def test_a_database_that_cannot_be_used_is_one_line(run: Run, tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file in the way")
    told = run("list")
    assert told.exit_code == 1
    assert told.output.startswith("Error: ") and told.output.count("\n") == 1


class TestBesideARunningServer:
    """The server looks once a second; each of these takes effect with one look."""

    def test_a_new_user_may_sign_in(self, run: Run, server: People) -> None:
        run("add", "bob", "--role", "operator", password=PASSWORD)
        server.sign_ins.look()
        sign_in = server.sign_in("bob")
        assert server.sign_ins.principal_of(server.access(sign_in)).role == "operator"

    def test_a_new_password_ends_the_users_sign_ins(self, run: Run, server: People) -> None:
        sign_in = server.sign_in("root")
        principal = server.sign_ins.principal_of(server.access(sign_in))
        assert run("passwd", "root", password="another password").exit_code == 0
        server.sign_ins.look()
        assert server.sign_ins.standing(principal) == "revoked"
        with pytest.raises(AuthRequired):
            server.sign_in("root")
        assert server.sign_ins.sign_in("root", "another password", "192.0.2.1")

    def test_disable_ends_them_and_enable_lets_in_again(self, run: Run, server: People) -> None:
        run("add", "bob", password=PASSWORD)
        server.sign_ins.look()
        principal = server.sign_ins.principal_of(server.access(server.sign_in("bob")))
        assert run("disable", "bob").output == "bob is disabled\n"
        server.sign_ins.look()
        assert server.sign_ins.standing(principal) == "revoked"
        with pytest.raises(AuthRequired):
            server.sign_in("bob")
        assert run("enable", "bob").output == "bob is enabled\n"
        server.sign_ins.look()
        assert server.sign_in("bob")
        assert server.sign_ins.standing(principal) == "revoked"

    def test_the_list_tells_who_is_signed_in(self, run: Run, server: People) -> None:
        server.sign_in("root")
        server.sign_in("root")
        assert run("list").output.splitlines()[1].split()[3] == "2"

    def test_an_admin_made_here_closes_the_set_up(self, run: Run, tmp_path: Path) -> None:
        server = People(SqlAccountStore(Database.open(None, tmp_path / "data")))
        code = server.accounts.setup_code()
        assert code is not None
        run("add", "root", "--role", "admin", password=PASSWORD)
        with pytest.raises(AuthRequired):
            server.accounts.set_up(code, "mallory", PASSWORD)

    def test_it_takes_no_lock_that_a_server_holds(self, run: Run, tmp_path: Path) -> None:
        fcntl = pytest.importorskip("fcntl")
        run("add", "root", "--role", "admin", password=PASSWORD)
        with (tmp_path / "data" / "serve.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            assert run("list").exit_code == 0
