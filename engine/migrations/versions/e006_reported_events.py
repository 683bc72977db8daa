"""What happened in the world and was reported: a school's record of it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from engine.store.database import PackedJson, UTCDateTime

revision = "e006"
down_revision = "e005"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "reported_event",
        sa.Column("id", Id, nullable=False),
        sa.Column("urn", sa.String(length=12), nullable=True),
        sa.Column("message", sa.String(length=250), nullable=False),
        sa.Column("title", sa.String(length=250), nullable=False),
        sa.Column("form_id", Id, nullable=True),
        sa.Column("values", PackedJson(), nullable=False),
        sa.Column("reached", sa.JSON(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("by", sa.String(length=250), nullable=False),
        sa.Column("authority", sa.String(length=60), nullable=False),
        sa.ForeignKeyConstraint(
            ["form_id"], ["form_definition.id"], name=op.f("fk_reported_event_form_id_form_definition")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reported_event")),
    )
    op.create_index(op.f("ix_reported_event_authority_urn_id"), "reported_event", ["authority", "urn", "id"])
