"""When a task or timer would be due by its diagram, where a manager has set another date."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from engine.store.database import UTCDateTime

revision = "e028"
down_revision = "e027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("user_task", "job"):
        op.add_column(table, sa.Column("policy_due", UTCDateTime(), nullable=True))
