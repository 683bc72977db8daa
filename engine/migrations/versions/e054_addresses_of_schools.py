"""A school's own e-mail address."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "e054"
down_revision = "e053"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("school", sa.Column("email", sa.String(length=200), nullable=False, server_default=""))
