"""Since when a case is suspended, and the messages that are held until it is resumed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from engine.store.database import UTCDateTime

revision = "e029"
down_revision = "e028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("process_instance", sa.Column("suspended", UTCDateTime(), nullable=True))
    held = sa.text("status = 'held'")
    op.create_index("ix_message_held", "message", ["target_id"], sqlite_where=held, postgresql_where=held)
