"""A person is told of what is about no case too: who covers for them, which roles were given."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "e061"
down_revision = "e060"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    with op.batch_alter_table("notification") as notification:
        notification.alter_column("instance_id", existing_type=Id, nullable=True)
