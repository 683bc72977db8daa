"""Open tasks of an authority by the date on which they are due: lists of cases are sorted and narrowed by it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "e022"
down_revision = "e021"
branch_labels = None
depends_on = None

OPEN = sa.text("status = 'open'")


def upgrade() -> None:
    columns = ["authority", "due_order", "instance_id"]
    op.create_index("ix_user_task_open_due", "user_task", columns, sqlite_where=OPEN, postgresql_where=OPEN)
