"""Up to where somebody has read that tasks are new or fall due."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "e050"
down_revision = "e049"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("reader", sa.Column("tasks_to", Id, nullable=False, server_default="0"))
