"""Many troubles of one cause that are tried again together."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from engine.store.database import UTCDateTime

revision = "e033"
down_revision = "e032"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "retries",
        sa.Column("id", Id, nullable=False),
        sa.Column("definition_id", Id, nullable=False),
        sa.Column("element", sa.String(length=250), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by", sa.String(length=250), nullable=False),
        sa.Column("begun", UTCDateTime(), nullable=False),
        sa.Column("authority", sa.String(length=60), nullable=False),
        sa.ForeignKeyConstraint(
            ["definition_id"], ["process_definition.id"], name=op.f("fk_retries_definition_id_process_definition")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_retries")),
    )
    op.create_table(
        "retry",
        sa.Column("id", Id, nullable=False),
        sa.Column("retries_id", Id, nullable=False),
        sa.Column("incident_id", Id, nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("authority", sa.String(length=60), nullable=False),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.id"], name=op.f("fk_retry_incident_id_incident")),
        sa.ForeignKeyConstraint(["retries_id"], ["retries.id"], name=op.f("fk_retry_retries_id_retries")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_retry")),
    )
    op.create_index(op.f("ix_retry_retries_id"), "retry", ["retries_id"])
