"""A second factor of accounts: codes of an authenticator app, and codes to recover without it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "w005"
down_revision = "w004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("account", sa.Column("totp", sa.String(length=250), nullable=True))
    op.add_column("account", sa.Column("totp_step", sa.Integer(), server_default="-1", nullable=False))
    op.add_column("account", sa.Column("recovery", sa.JSON(), server_default="[]", nullable=False))
