"""An answer that a case could not go on with is kept with its incident."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from engine.store.database import PackedJson

revision = "e009"
down_revision = "e008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("incident", sa.Column("answer", PackedJson(), nullable=True))
