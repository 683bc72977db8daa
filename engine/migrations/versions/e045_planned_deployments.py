"""Deployments that wait for an approval or a date."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from engine.store.database import UTCDateTime

revision = "e045"
down_revision = "e044"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Name = sa.String(length=250)


def upgrade() -> None:
    op.create_table(
        "planned_deployment",
        sa.Column("id", Id, nullable=False),
        sa.Column("process", Name, nullable=False),
        sa.Column("title", Name, nullable=False),
        sa.Column("files", sa.JSON(), nullable=False),
        sa.Column("based_on", Id, nullable=True),
        sa.Column("drawing_id", Id, nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("strict", sa.Boolean(), nullable=False),
        sa.Column("by", Name, nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("takes_effect", UTCDateTime(), nullable=True),
        sa.Column("approval", sa.String(length=60), nullable=False),
        sa.Column("approved_by", Name, nullable=True),
        sa.Column("approved", UTCDateTime(), nullable=True),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("ended", UTCDateTime(), nullable=True),
        sa.Column("ended_by", Name, nullable=True),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("deployment_id", Id, nullable=True),
        sa.Column("authority", sa.String(length=60), nullable=False),
        sa.ForeignKeyConstraint(
            ["based_on"], ["process_definition.id"], name=op.f("fk_planned_deployment_based_on_process_definition")
        ),
        sa.ForeignKeyConstraint(["drawing_id"], ["drawing.id"], name=op.f("fk_planned_deployment_drawing_id_drawing")),
        sa.ForeignKeyConstraint(
            ["deployment_id"], ["deployment.id"], name=op.f("fk_planned_deployment_deployment_id_deployment")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_planned_deployment")),
    )
    still = sa.text("ended IS NULL")
    op.create_index(
        "ix_planned_deployment_open",
        "planned_deployment",
        ["authority", "process"],
        sqlite_where=still,
        postgresql_where=still,
    )
