"""The meeting to which a notice invites."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from engine.store.database import PackedJson

revision = "e043"
down_revision = "e042"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("notification", sa.Column("meeting", PackedJson(), nullable=True))
    there = sa.text("meeting IS NOT NULL")
    op.create_index(
        "ix_notification_meeting",
        "notification",
        ["authority", "role", "id"],
        postgresql_where=there,
        sqlite_where=there,
    )
