"""Which revision the tables are at, and how they come up to date.

Alembic is imported only when they are behind: it costs a third of a second at
every start otherwise.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from sqlalchemy import Connection, inspect, text

# The newest file in `migrations/versions`; a test holds the two together.
NEWEST: Final = "0001"

_MIGRATIONS: Final = Path(__file__).parent / "migrations"


class UnknownRevisionError(Exception):
    """The tables were made by a newer dockmon."""


def of(connection: Connection) -> str | None:
    """Return the revision of the tables, None for an empty database."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def upgrade(connection: Connection) -> None:
    """Bring the tables to the newest revision, inside the caller's transaction.

    Raises: UnknownRevisionError.
    """
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except CommandError as fault:
        raise UnknownRevisionError(
            f"the database is at revision {of(connection)}, which this dockmon does not know; "
            "a newer one wrote it"
        ) from fault
