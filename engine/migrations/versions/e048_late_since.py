"""From when a timer can be late, where an answer put its moment into the past."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from engine.store.database import UTCDateTime

revision = "e048"
down_revision = "e047"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("job", sa.Column("since", UTCDateTime(), nullable=True))
