"""Which question of its task a file answers or belongs to."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "e055"
down_revision = "e054"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("attachment", sa.Column("question", sa.String(250), nullable=False, server_default=""))
