"""Dates of notices that a change of the bank holidays has moved, for a manager to confirm."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from engine.store.database import UTCDateTime

revision = "e007"
down_revision = "e006"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "moved_date",
        sa.Column("id", Id, nullable=False),
        sa.Column("instance_id", Id, nullable=False),
        sa.Column("definition_id", Id, nullable=False),
        sa.Column("element", sa.String(length=250), nullable=False),
        sa.Column("before", UTCDateTime(), nullable=False),
        sa.Column("after", UTCDateTime(), nullable=False),
        sa.Column("noticed", UTCDateTime(), nullable=False),
        sa.Column("confirmed", UTCDateTime(), nullable=True),
        sa.Column("confirmed_by", sa.String(length=250), nullable=True),
        sa.Column("authority", sa.String(length=60), nullable=False),
        sa.ForeignKeyConstraint(
            ["definition_id"], ["process_definition.id"], name=op.f("fk_moved_date_definition_id_process_definition")
        ),
        sa.ForeignKeyConstraint(
            ["instance_id"], ["process_instance.id"], name=op.f("fk_moved_date_instance_id_process_instance")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_moved_date")),
    )
    op.create_index(op.f("ix_moved_date_instance_id"), "moved_date", ["instance_id"])
    unconfirmed = sa.text("confirmed IS NULL")
    op.create_index(
        "ix_moved_date_open",
        "moved_date",
        ["authority", "id"],
        sqlite_where=unconfirmed,
        postgresql_where=unconfirmed,
    )
