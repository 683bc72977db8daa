"""Rehearsals that are test cases of a process."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "e018"
down_revision = "e017"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "saved_rehearsal",
        sa.Column("id", Id, nullable=False),
        sa.Column("process", sa.String(length=250), nullable=False),
        sa.Column("name", sa.String(length=250), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("saved", sa.DateTime(timezone=True), nullable=False),
        sa.Column("saved_by", sa.String(length=250), nullable=False),
        sa.Column("authority", sa.String(length=60), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_rehearsal")),
        sa.UniqueConstraint("authority", "process", "name", name=op.f("uq_saved_rehearsal_authority")),
    )
