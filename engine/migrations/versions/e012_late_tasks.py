"""When to look whether an open task is late, and how often somebody was told."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from engine.store.database import UTCDateTime

revision = "e012"
down_revision = "e011"
branch_labels = None
depends_on = None

LATE = sa.text("status = 'open' AND tell_at IS NOT NULL")


def upgrade() -> None:
    op.add_column("user_task", sa.Column("tell_at", UTCDateTime()))
    op.add_column("user_task", sa.Column("told", sa.Integer(), nullable=False, server_default="0"))
    op.execute("UPDATE user_task SET tell_at = due WHERE status = 'open'")
    op.create_index(
        "ix_user_task_late", "user_task", ["tell_at", "id"], unique=False, sqlite_where=LATE, postgresql_where=LATE
    )
