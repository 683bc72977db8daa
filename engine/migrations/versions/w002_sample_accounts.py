"""Accounts of the sample's invented people are marked, and so is a database that holds them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "w002"
down_revision = "w001"
branch_labels = None
depends_on = "e014"

#: Only the sample gives people addresses below a part of example.org, which is kept for examples (RFC 2606).
INVENTED = "%@%.example.org"


def upgrade() -> None:
    op.add_column("account", sa.Column("sample", sa.Boolean(), server_default=sa.false(), nullable=False))
    connection = op.get_bind()
    account = sa.table("account", sa.column("id"), sa.column("username"), sa.column("sample"))
    connection.execute(sa.update(account).where(account.c.username.like(INVENTED)).values(sample=True))
    if connection.scalar(sa.select(account.c.id).where(account.c.sample).limit(1)) is not None:
        setting = sa.table("setting", sa.column("name"), sa.column("value", sa.JSON()))
        connection.execute(sa.insert(setting).values(name="holds-sample", value={}))


def downgrade() -> None:
    op.drop_column("account", "sample")
