"""The command line: one group, one file per family of commands."""

from __future__ import annotations

import sys

import click

from dockmon import __version__
from dockmon.cli import serve


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="dockmon")
def group() -> None:
    """A live monitor and control panel for Docker. Settings come from the environment."""


group.add_command(serve.serve)
group.add_command(serve.demo)
group.add_command(serve.config)
group.add_command(serve.doctor)


def main(arguments: list[str] | None = None) -> None:
    """Run a command; ends the process with its exit code."""
    given = sys.argv[1:] if arguments is None else arguments
    if given[:1] == ["user"]:
        from dockmon.cli.user import user

        group.add_command(user)
    group.main(given, prog_name="dockmon")
