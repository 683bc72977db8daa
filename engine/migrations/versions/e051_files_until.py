"""From when a file that is confidential is open to all who see its case: as the answer that it belongs to."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "e051"
down_revision = "e050"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Files that there are stay kept for good, as whoever added them chose.
    op.add_column("attachment", sa.Column("until", sa.Text(), nullable=False, server_default=""))
