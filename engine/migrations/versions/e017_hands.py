"""Who delegated a task, and who covers for whom from a day until a day."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from engine.store.database import UTCDateTime

revision = "e017"
down_revision = "e016"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("user_task", sa.Column("owner", sa.String(length=250), nullable=True))
    op.create_table(
        "cover",
        sa.Column("id", Id, nullable=False),
        sa.Column("absent", sa.String(length=250), nullable=False),
        sa.Column("covering", sa.String(length=250), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("set_by", sa.String(length=250), nullable=False),
        sa.Column("set_at", UTCDateTime(), nullable=False),
        sa.Column("authority", sa.String(length=60), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cover")),
    )
    for column in ("covering", "absent"):
        op.create_index(op.f(f"ix_cover_authority_{column}_until"), "cover", ["authority", column, "until"])
