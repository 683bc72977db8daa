"""Reports that a policy asks for, drafted from the cases."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from engine.store.database import PackedJson, UTCDateTime

revision = "e044"
down_revision = "e043"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "report",
        sa.Column("id", Id, nullable=False),
        sa.Column("template", sa.String(length=120), nullable=False),
        sa.Column("title", sa.String(length=250), nullable=False),
        sa.Column("task_id", Id, nullable=True),
        sa.Column("school_urn", sa.String(length=12), nullable=True),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("figures", PackedJson(), nullable=False),
        sa.Column("writers", sa.JSON(), nullable=False),
        sa.Column("readers", sa.JSON(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("made", UTCDateTime(), nullable=False),
        sa.Column("made_by", sa.String(length=250), nullable=False),
        sa.Column("saved", UTCDateTime(), nullable=False),
        sa.Column("saved_by", sa.String(length=250), nullable=False),
        sa.Column("approved", UTCDateTime(), nullable=True),
        sa.Column("approved_by", sa.String(length=250), nullable=True),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("authority", sa.String(length=60), nullable=False),
        sa.ForeignKeyConstraint(["task_id"], ["user_task.id"], name=op.f("fk_report_task_id_user_task")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report")),
    )
    op.create_index(op.f("ix_report_authority_template_id"), "report", ["authority", "template", "id"])
    op.create_index(op.f("ix_report_task_id"), "report", ["task_id"])
