"""Processes of which no new case begins."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from engine.store.database import UTCDateTime

revision = "e035"
down_revision = "e034"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "retirement",
        sa.Column("id", Id, nullable=False),
        sa.Column("process", sa.String(length=250), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by", sa.String(length=250), nullable=False),
        sa.Column("since", UTCDateTime(), nullable=False),
        sa.Column("ended", UTCDateTime(), nullable=True),
        sa.Column("ended_by", sa.String(length=250), nullable=True),
        sa.Column("authority", sa.String(length=60), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_retirement")),
    )
    open_ones = sa.text("ended IS NULL")
    op.create_index(
        "ix_retirement_open",
        "retirement",
        ["authority", "process"],
        unique=True,
        postgresql_where=open_ones,
        sqlite_where=open_ones,
    )
