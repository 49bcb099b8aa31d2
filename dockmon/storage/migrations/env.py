"""What Alembic runs to apply migrations; called by `storage/revision` with its connection."""

from __future__ import annotations

from alembic import context

from dockmon.storage.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    # SQLite cannot alter most things in place; Alembic rebuilds the table instead.
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
