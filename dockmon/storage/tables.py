"""The tables of control data, as they are now. How they came to be is in `migrations/`.

A test holds the two together.
"""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Float, ForeignKey, Integer, MetaData, String, Table, Text

metadata = MetaData(
    # SQLite forgets constraints without a name when a migration rebuilds the table.
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "ix": "ix_%(table_name)s_%(column_0_name)s",
    }
)

# Times are Unix seconds.
users = Table(
    "users",
    metadata,
    Column("username", String(64), primary_key=True),
    Column("role", String(16), nullable=False),
    Column("password_hash", Text, nullable=False),
    Column("enabled", Boolean, nullable=False),
    Column("created_at", Float(53), nullable=False),
)

sign_ins = Table(
    "sign_ins",
    metadata,
    Column("session_id", String(64), primary_key=True),
    Column(
        "username",
        ForeignKey("users.username", ondelete="CASCADE"),
        nullable=False,
        index=True,
    ),
    Column("created_at", Float(53), nullable=False),
    Column("expires_at", Float(53), nullable=False),
    Column("access_expires_at", Float(53), nullable=False),
    Column("refresh_id", String(64), nullable=False),
    Column("previous_refresh_id", String(64)),
    Column("rotated_at", Float(53), nullable=False),
)

# One row. Every write counts it up, so that other processes see that something
# is new without reading everything.
changes = Table(
    "changes",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("number", Integer, nullable=False),
)
