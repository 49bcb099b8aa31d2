"""Users, their sign-ins, and the counter by which processes see each other's writes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "users",
        sa.Column("username", sa.String(64), nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("password_hash", sa.Text, nullable=False),
        sa.Column("enabled", sa.Boolean, nullable=False),
        sa.Column("created_at", sa.Float(53), nullable=False),
        sa.PrimaryKeyConstraint("username", name="pk_users"),
    )
    op.create_table(
        "sign_ins",
        sa.Column("session_id", sa.String(64), nullable=False),
        sa.Column("username", sa.String(64), nullable=False),
        sa.Column("created_at", sa.Float(53), nullable=False),
        sa.Column("expires_at", sa.Float(53), nullable=False),
        sa.Column("access_expires_at", sa.Float(53), nullable=False),
        sa.Column("refresh_id", sa.String(64), nullable=False),
        sa.Column("previous_refresh_id", sa.String(64)),
        sa.Column("rotated_at", sa.Float(53), nullable=False),
        sa.PrimaryKeyConstraint("session_id", name="pk_sign_ins"),
        sa.ForeignKeyConstraint(
            ["username"], ["users.username"], name="fk_sign_ins_username", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_sign_ins_username", "sign_ins", ["username"])
    changes = op.create_table(
        "changes",
        sa.Column("id", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_changes"),
    )
    op.bulk_insert(changes, [{"id": 1, "number": 0}])


def downgrade() -> None:
    op.drop_table("changes")
    op.drop_table("sign_ins")
    op.drop_table("users")
