"""Evidence packs that were made: of what, for whom, and their checksums."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from engine.store.database import UTCDateTime

revision = "e015"
down_revision = "e014"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "evidence_pack",
        sa.Column("id", Id, nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("by", sa.String(length=250), nullable=False),
        sa.Column("instance_id", Id, nullable=True),
        sa.Column("school_urn", sa.String(length=12), nullable=True),
        sa.Column("reader", sa.String(length=250), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.Column("redactions", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("authority", sa.String(length=60), nullable=False),
        sa.ForeignKeyConstraint(
            ["instance_id"], ["process_instance.id"], name=op.f("fk_evidence_pack_instance_id_process_instance")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence_pack")),
    )
    for column in ("instance_id", "school_urn"):
        op.create_index(op.f(f"ix_evidence_pack_authority_{column}"), "evidence_pack", ["authority", column])
