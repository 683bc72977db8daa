"""A person's private calendar feed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "w006"
down_revision = "w005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("account", sa.Column("feed", sa.String(length=64), nullable=True))
    op.create_index("ix_account_feed", "account", ["feed"])
