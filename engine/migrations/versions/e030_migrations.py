"""Moves of running cases to another version of their process."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from engine.store.database import PackedBytes, PackedJson, UTCDateTime

revision = "e030"
down_revision = "e029"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "migration",
        sa.Column("id", Id, nullable=False),
        sa.Column("definition_id", Id, nullable=False),
        sa.Column("process", sa.String(length=250), nullable=False),
        sa.Column("mapping", PackedJson(), nullable=False),
        sa.Column("new_timers", sa.Boolean(), nullable=False),
        sa.Column("new_due_dates", sa.Boolean(), nullable=False),
        sa.Column("retries", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by", sa.String(length=250), nullable=False),
        sa.Column("begun", UTCDateTime(), nullable=False),
        sa.Column("authority", sa.String(length=60), nullable=False),
        sa.ForeignKeyConstraint(
            ["definition_id"], ["process_definition.id"], name=op.f("fk_migration_definition_id_process_definition")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_migration")),
    )
    op.create_index(op.f("ix_migration_authority_process_id"), "migration", ["authority", "process", "id"])
    op.create_table(
        "migrated_case",
        sa.Column("id", Id, nullable=False),
        sa.Column("migration_id", Id, nullable=False),
        sa.Column("instance_id", Id, nullable=False),
        sa.Column("before_id", Id, nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=True),
        sa.Column("before", PackedBytes(), nullable=True),
        sa.Column("after", sa.String(length=64), nullable=False),
        sa.Column("sent", sa.Text(), nullable=False),
        sa.Column("ended", sa.JSON(), nullable=False),
        sa.Column("undone_by", sa.String(length=250), nullable=True),
        sa.Column("undone_for", sa.Text(), nullable=False),
        sa.Column("authority", sa.String(length=60), nullable=False),
        sa.ForeignKeyConstraint(
            ["before_id"], ["process_definition.id"], name=op.f("fk_migrated_case_before_id_process_definition")
        ),
        sa.ForeignKeyConstraint(
            ["instance_id"], ["process_instance.id"], name=op.f("fk_migrated_case_instance_id_process_instance")
        ),
        sa.ForeignKeyConstraint(
            ["migration_id"], ["migration.id"], name=op.f("fk_migrated_case_migration_id_migration")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_migrated_case")),
        sa.UniqueConstraint("migration_id", "instance_id", name=op.f("uq_migrated_case_migration_id_instance_id")),
    )
    op.create_index(op.f("ix_migrated_case_instance_id_id"), "migrated_case", ["instance_id", "id"])
