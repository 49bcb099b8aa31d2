"""`dockmon user`: manage users beside a running server, or before the first start.

A running server notices within a second, by the change counter in the database.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, TypeVar

import click

from dockmon import runtime
from dockmon.cli.serve import load_settings
from dockmon.domain.access import ROLES
from dockmon.domain.accounts import User
from dockmon.domain.errors import DockmonError
from dockmon.services.accounts import Accounts
from dockmon.storage.database import DatabaseError
from dockmon.wiring import build_people

Command = TypeVar("Command", bound=Callable[..., Any])

_REASONS: Final = {
    "last_admin": "at least one enabled admin has to remain",
    "exists": "there is a user of that name already",
    "busy": "other processes keep changing the accounts; try again",
}


@click.group()
def user() -> None:
    """Manage users; works beside a running server, too."""


def _password_options(command: Command) -> Command:
    from_file = click.option(
        "--password-file",
        type=click.Path(exists=True, dir_okay=False, path_type=Path),
        help="Read the password from a file.",
    )
    from_stdin = click.option(
        "--password-stdin", is_flag=True, help="Read the password from standard input."
    )
    return from_file(from_stdin(command))


@user.command()
@click.argument("name")
@click.option("--role", type=click.Choice(ROLES), default="viewer", show_default=True)
@_password_options
def add(name: str, role: str, password_file: Path | None, password_stdin: bool) -> None:
    """Add a user."""
    with _accounts() as accounts:
        accounts.create(name, _password(password_file, password_stdin), role)
    click.echo(f"{name} was added as {role}")


@user.command()
@click.argument("name")
@_password_options
def passwd(name: str, password_file: Path | None, password_stdin: bool) -> None:
    """Set a user's password; ends all sign-ins of the user."""
    with _accounts() as accounts:
        accounts.user(name)  # before anybody types a password for nobody
        accounts.change(name, password=_password(password_file, password_stdin))
    click.echo(f"{name} has a new password")


@user.command("list")
def list_users() -> None:
    """List the users."""
    with _accounts() as accounts:
        rows = [_row(one, accounts.sign_in_count(one.username)) for one in accounts.users()]
    rows.insert(0, ("NAME", "ROLE", "STATE", "SIGN-INS", "CREATED"))
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        click.echo("  ".join(cells).rstrip())


@user.command()
@click.argument("name")
def disable(name: str) -> None:
    """Keep a user from signing in; ends all sign-ins of the user."""
    with _accounts() as accounts:
        accounts.change(name, enabled=False)
    click.echo(f"{name} is disabled")


@user.command()
@click.argument("name")
def enable(name: str) -> None:
    """Let a disabled user sign in again."""
    with _accounts() as accounts:
        accounts.change(name, enabled=True)
    click.echo(f"{name} is enabled")


@contextmanager
def _accounts() -> Iterator[Accounts]:
    """Open the accounts; a failure ends the command with one line."""
    settings = load_settings(os.environ)
    try:
        people = build_people(settings, runtime.SystemTasks(), runtime.SystemClock())
        try:
            yield people.accounts
        finally:
            people.database.close()
    except DatabaseError as fault:
        raise click.ClickException(str(fault)) from None
    except DockmonError as fault:
        raise click.ClickException(_line(fault)) from None


def _line(fault: DockmonError) -> str:
    params = fault.params
    if params.get("reason") in _REASONS:
        return _REASONS[params["reason"]]
    if fault.code == "request.not_found":
        return f"there is no user {params.get('user')!r}"
    if "fields" in params:
        return "; ".join(f"{name} {' '.join(what)}" for name, what in params["fields"].items())
    return str(fault)


def _password(file: Path | None, from_stdin: bool) -> str:
    if file is not None and from_stdin:
        raise click.UsageError("--password-file and --password-stdin do not go together")
    if file is not None:
        return _decoded(file.read_bytes())
    if from_stdin:
        return _decoded(sys.stdin.buffer.read())
    if not sys.stdin.isatty():
        raise click.UsageError("no terminal to ask at: use --password-stdin or --password-file")
    prompted: str = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    return prompted


def _decoded(raw: bytes) -> str:
    try:
        return raw.decode().rstrip("\r\n")
    except UnicodeDecodeError:
        raise click.UsageError("the password is not UTF-8") from None


def _row(one: User, sign_ins: int) -> tuple[str, ...]:
    created = datetime.fromtimestamp(one.created_at, UTC).strftime("%Y-%m-%d")
    state = "enabled" if one.enabled else "disabled"
    return (one.username, one.role, state, str(sign_ins), created)
