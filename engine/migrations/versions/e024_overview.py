"""Jobs that have failed and are tried again, and the cases that ended last: what a manager sees first."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "e024"
down_revision = "e023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name, table, columns, condition in (
        ("ix_job_failing", "job", ["authority", "next_try"], "error IS NOT NULL"),
        ("ix_process_instance_ended", "process_instance", ["authority", "ended"], "ended IS NOT NULL"),
    ):
        where = sa.text(condition)
        op.create_index(name, table, columns, sqlite_where=where, postgresql_where=where)
