"""The command line: one group, one file per family of commands."""

from __future__ import annotations

import sys

import click

from dockmon import __version__
from dockmon.cli import serve


class _Group(click.Group):
    """Loads the commands about users only when they are asked for: they bring the database."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted([*super().list_commands(ctx), "user"])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name == "user":
            from dockmon.cli.user import user

            return user
        return super().get_command(ctx, cmd_name)


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="dockmon")
def group() -> None:
    """A live monitor and control panel for Docker. Settings come from the environment."""


group.add_command(serve.serve)
group.add_command(serve.demo)
group.add_command(serve.config)
group.add_command(serve.doctor)


def main(arguments: list[str] | None = None) -> None:
    """Run a command; ends the process with its exit code."""
    group.main(sys.argv[1:] if arguments is None else arguments, prog_name="dockmon")
