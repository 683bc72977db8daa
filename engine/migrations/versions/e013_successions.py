"""Which school follows which, and what each import of the register did."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from engine.store.database import PackedJson, UTCDateTime

revision = "e013"
down_revision = "e012"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "school_succession",
        sa.Column("id", Id, nullable=False),
        sa.Column("old_urn", sa.String(length=12), nullable=False),
        sa.Column("new_urn", sa.String(length=12), nullable=False),
        sa.Column("kind", sa.String(length=250), nullable=False),
        sa.Column("since", sa.String(length=10), nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("noticed", UTCDateTime(), nullable=False),
        sa.Column("decided", UTCDateTime(), nullable=True),
        sa.Column("decided_by", sa.String(length=250), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("moved", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("authority", sa.String(length=60), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_school_succession")),
    )
    pair = ["authority", "old_urn", "new_urn"]
    op.create_index("uq_school_succession_pair", "school_succession", pair, unique=True)
    op.create_index(op.f("ix_school_succession_authority_new_urn"), "school_succession", ["authority", "new_urn"])
    op.create_table(
        "register_import",
        sa.Column("id", Id, nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("by", sa.String(length=250), nullable=False),
        sa.Column("files", sa.JSON(), nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("reading", PackedJson(), nullable=False),
        sa.Column("report", PackedJson(), nullable=False),
        sa.Column("authority", sa.String(length=60), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_register_import")),
    )
    op.create_index(op.f("ix_register_import_authority_id"), "register_import", ["authority", "id"])
