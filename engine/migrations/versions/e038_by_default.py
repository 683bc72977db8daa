"""Which tasks were given to a school's link adviser by default, so that others of their roles may take them over."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "e038"
down_revision = "e037"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("user_task", sa.Column("by_default", sa.Boolean(), server_default=sa.false(), nullable=False))
