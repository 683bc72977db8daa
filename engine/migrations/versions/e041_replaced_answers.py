"""What an answer was before another took its place."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from engine.store.database import PackedJson

revision = "e041"
down_revision = "e040"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("correction", sa.Column("was", PackedJson(), nullable=True))
