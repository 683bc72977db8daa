"""Who an account's owner is for the provider that signs them in."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "w004"
down_revision = "w003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("account", sa.Column("identity", sa.String(length=64), nullable=True))
    op.create_index(op.f("ix_account_identity"), "account", ["identity"], unique=True)
