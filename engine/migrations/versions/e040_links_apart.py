"""Whether a link shows what is confidential; and all codes that are still good, not the last one alone."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "e040"
down_revision = "e039"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Nobody was asked before: what is confidential stays out of the links that there are.
    op.add_column("task_link", sa.Column("confidential", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("task_link", sa.Column("codes", sa.JSON(), nullable=False, server_default="[]"))
    op.drop_column("task_link", "code_until")
    op.drop_column("task_link", "code")
