"""A start timer that repeats counts its beats from where it began, not from the last one, which may have been moved."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from engine.store.database import UTCDateTime

revision = "e005"
down_revision = "e004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("job", sa.Column("anchor", UTCDateTime(), nullable=True))
    op.add_column("job", sa.Column("beat", sa.Integer(), nullable=True))
