"""What people have typed and not handed in yet."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from engine.store.database import UTCDateTime

revision = "e020"
down_revision = "e019"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "draft",
        sa.Column("id", Id, nullable=False),
        sa.Column("place", sa.String(length=500), nullable=False),
        sa.Column("task_id", Id, nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("fields", sa.LargeBinary(), nullable=False),
        sa.Column("saved", UTCDateTime(), nullable=False),
        sa.Column("username", sa.String(length=250), nullable=False),
        sa.Column("authority", sa.String(length=60), nullable=False),
        sa.ForeignKeyConstraint(["task_id"], ["user_task.id"], name=op.f("fk_draft_task_id_user_task")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draft")),
        sa.UniqueConstraint("authority", "username", "place", name=op.f("uq_draft_authority_username_place")),
    )
    is_given = sa.text("task_id IS NOT NULL")
    op.create_index("ix_draft_task", "draft", ["task_id"], sqlite_where=is_given, postgresql_where=is_given)
