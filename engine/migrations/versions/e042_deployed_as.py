"""As which version a draft was deployed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "e042"
down_revision = "e041"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Of drafts that ended before, nobody wrote down how.
    op.add_column("drawing", sa.Column("deployed_as", sa.Integer(), nullable=True))
