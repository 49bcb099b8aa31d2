"""What the code has that documents have to name: walked, never listed by hand."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from dockmon.cli.main import group
from dockmon.cli.user import user
from dockmon.config import TABLE, load
from dockmon.domain import errors
from dockmon.factory import Application, create_app
from tests.project.documents import ROOT

NAMESPACES = ("/containers", "/metrics")
_SENDERS = ("send", "publish")


@contextmanager
def application(folder: Path) -> Iterator[Application]:
    """Make an application that is not started, for walking it."""
    made = create_app(
        load(
            {"DOCKMON_DATA_DIR": str(folder), "DOCKMON_ENGINES": "local=simulated://?containers=1"}
        )
    )
    try:
        yield made
    finally:
        made.stop()


def settings() -> dict[str, str]:
    """Return every setting's variable and default."""
    return {setting.variable: setting.default for setting in TABLE}


def secrets() -> set[str]:
    """Return the settings that may also come out of a file."""
    return {setting.variable for setting in TABLE if setting.secret}


def error_codes() -> set[str]:
    """Return the codes of the tree in `domain/errors`, the classes' own included."""
    drawn = set(re.findall(r"\b[a-z]+\.[a-z_]+\b", errors.__doc__ or ""))
    own = {
        value.code
        for value in vars(errors).values()
        if isinstance(value, type) and issubclass(value, errors.DockmonError)
    }
    return drawn | own


def routes(app: Application) -> set[str]:
    """Return every route as `METHOD /path`."""
    found = set()
    for rule in app.flask.url_map.iter_rules():
        path = re.sub(r"<\w+:(\w+)>", r"<\1>", rule.rule)
        found |= {f"{method} {path}" for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}}
    return found


def handled_events(app: Application) -> set[tuple[str, str]]:
    """Return (event, namespace) of all that clients may send."""
    handlers = app.realtime.boundary.handlers
    return {(event, namespace) for namespace, events in handlers.items() for event in events}


def sent_events() -> set[str]:
    """Return the events the server sends: the names handed to whatever sends."""
    found = set()
    for folder in ("services", "realtime"):
        for path in (ROOT / "dockmon" / folder).glob("*.py"):
            found |= set(_sent_in(ast.parse(path.read_text(encoding="utf-8"))))
    return found


def _sent_in(tree: ast.AST) -> Iterator[str]:
    for call in ast.walk(tree):
        if not isinstance(call, ast.Call):
            continue
        name = getattr(call.func, "attr", getattr(call.func, "id", ""))
        if name in _SENDERS:
            for argument in call.args[:3]:
                if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                    yield argument.value


def commands() -> set[str]:
    """Return every command as it is typed, groups left out."""
    whole = click.Group(commands={**group.commands, user.name or "": user})
    return set(_commands("dockmon", whole))


def _commands(prefix: str, command: click.Command) -> Iterator[str]:
    if isinstance(command, click.Group):
        for name, inner in command.commands.items():
            yield from _commands(f"{prefix} {name}", inner)
    else:
        yield prefix


def make_targets() -> set[str]:
    """Return the targets of the Makefile."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    return set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))
