"""The register says how far a school is and who heads it, and keeps what of it changed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from engine.store.database import PackedJson, UTCDateTime

revision = "e011"
down_revision = "e010"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("school", sa.Column("status", sa.String(length=30), nullable=False, server_default="open"))
    op.add_column("school", sa.Column("head", sa.String(length=250), nullable=False, server_default=""))
    op.execute("UPDATE school SET status = 'closed' WHERE closed")
    op.create_table(
        "school_change",
        sa.Column("id", Id, nullable=False),
        sa.Column("urn", sa.String(length=12), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("fields", PackedJson(), nullable=False),
        sa.Column("authority", sa.String(length=60), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_school_change")),
    )
    op.create_index(op.f("ix_school_change_authority_urn_id"), "school_change", ["authority", "urn", "id"])
