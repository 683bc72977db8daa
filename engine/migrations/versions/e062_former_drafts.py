"""What was written on a report before its draft was made anew is kept."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "e062"
down_revision = "e061"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("report") as report:
        report.add_column(sa.Column("former", sa.Text(), nullable=True))
        report.add_column(sa.Column("former_by", sa.String(200), nullable=True))
