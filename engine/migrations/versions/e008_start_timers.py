"""Start timers that have fired are remembered, so that a new version of their process does not fire them again."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from engine.store.database import UTCDateTime

revision = "e008"
down_revision = "e007"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "start_timer",
        sa.Column("id", Id, nullable=False),
        sa.Column("process", sa.String(length=250), nullable=False),
        sa.Column("element", sa.String(length=250), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("due", UTCDateTime(), nullable=False),
        sa.Column("repeats", sa.Integer(), nullable=True),
        sa.Column("anchor", UTCDateTime(), nullable=True),
        sa.Column("beat", sa.Integer(), nullable=True),
        sa.Column("authority", sa.String(length=60), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_start_timer")),
    )
    op.create_index(
        op.f("ix_start_timer_authority_process_element"), "start_timer", ["authority", "process", "element"]
    )
