"""Lists of tasks that people have narrowed, kept by a name."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from engine.store.database import UTCDateTime

revision = "e034"
down_revision = "e033"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "saved_list",
        sa.Column("id", Id, nullable=False),
        sa.Column("username", sa.String(length=250), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("role", sa.String(length=60), nullable=False),
        sa.Column("query", sa.JSON(), nullable=False),
        sa.Column("saved", UTCDateTime(), nullable=False),
        sa.Column("authority", sa.String(length=60), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_list")),
        sa.UniqueConstraint("authority", "username", "name", name=op.f("uq_saved_list_authority_username_name")),
    )
    op.create_index(op.f("ix_saved_list_authority_role"), "saved_list", ["authority", "role"])
