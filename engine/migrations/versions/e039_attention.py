"""Who has set another priority of a task, and until when it rests."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from engine.store.database import UTCDateTime

revision = "e039"
down_revision = "e038"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("user_task", sa.Column("priority_by", sa.String(length=250), nullable=True))
    op.add_column("user_task", sa.Column("follow_up", UTCDateTime(), nullable=True))
