"""A figure's number is in no index, so that PostgreSQL changes it in place."""

from __future__ import annotations

from alembic import op

revision = "e060"
down_revision = "e059"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("ix_figure_nothing", "figure")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE figure SET (fillfactor = 70)")
