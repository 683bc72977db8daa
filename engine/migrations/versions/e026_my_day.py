"""What a person completed, and the open cases that they started, are found along an index."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "e026"
down_revision = "e025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    done, active = sa.text("status = 'completed'"), sa.text("status = 'active'")
    columns = ["authority", "ended_by", "ended"]
    op.create_index("ix_user_task_done", "user_task", columns, sqlite_where=done, postgresql_where=done)
    columns = ["authority", "started_by", "id"]
    op.create_index(
        "ix_process_instance_started_by", "process_instance", columns, sqlite_where=active, postgresql_where=active
    )
