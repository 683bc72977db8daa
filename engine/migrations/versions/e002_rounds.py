"""More of a school: governance, link adviser and category, with the categories it had; and starts for many schools."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from engine.store.database import PackedJson, UTCDateTime

revision = "e002"
down_revision = "e001"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    for name in ("governance", "link_adviser", "category"):
        op.add_column("school", sa.Column(name, sa.String(length=250), nullable=False, server_default=""))
    op.create_table(
        "school_category",
        sa.Column("id", Id, nullable=False),
        sa.Column("urn", sa.String(length=12), nullable=False),
        sa.Column("category", sa.String(length=250), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("since", UTCDateTime(), nullable=False),
        sa.Column("instance_id", Id, nullable=True),
        sa.Column("authority", sa.String(length=60), nullable=False),
        sa.ForeignKeyConstraint(
            ["instance_id"], ["process_instance.id"], name=op.f("fk_school_category_instance_id_process_instance")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_school_category")),
    )
    op.create_index(op.f("ix_school_category_authority_urn_id"), "school_category", ["authority", "urn", "id"])
    op.create_table(
        "round",
        sa.Column("id", Id, nullable=False),
        sa.Column("definition_id", Id, nullable=False),
        sa.Column("process", sa.String(length=250), nullable=False),
        sa.Column("element", sa.String(length=250), nullable=False),
        sa.Column("variables", PackedJson(), nullable=False),
        sa.Column("by", sa.String(length=250), nullable=False),
        sa.Column("begun", UTCDateTime(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("skipped", sa.Integer(), nullable=False),
        sa.Column("authority", sa.String(length=60), nullable=False),
        sa.ForeignKeyConstraint(
            ["definition_id"], ["process_definition.id"], name=op.f("fk_round_definition_id_process_definition")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_round")),
    )
    op.create_index(op.f("ix_round_authority_id"), "round", ["authority", "id"])
    with op.batch_alter_table("job") as job:
        job.add_column(sa.Column("round_id", Id, nullable=True))
        job.create_foreign_key(op.f("fk_job_round_id_round"), "round", ["round_id"], ["id"])
    there = sa.text("round_id IS NOT NULL")
    op.create_index("ix_job_round", "job", ["round_id"], sqlite_where=there, postgresql_where=there)
