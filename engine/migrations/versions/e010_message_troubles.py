"""A message that finds nobody is a trouble for a manager, and may be kept for whoever will wait for it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from engine.store.database import UTCDateTime

revision = "e010"
down_revision = "e009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.add_column("message", sa.Column("definition_id", number, nullable=True))
    op.add_column("message", sa.Column("element", sa.String(length=250), nullable=True))
    op.add_column("message", sa.Column("keep_until", UTCDateTime(), nullable=True))
    op.add_column("message", sa.Column("trouble", sa.String(length=12), nullable=True))
    op.add_column("message", sa.Column("notes", sa.JSON(), nullable=True))
    kept = sa.text("status = 'kept'")
    op.create_index("ix_message_kept", "message", ["authority", "name"], sqlite_where=kept, postgresql_where=kept)
