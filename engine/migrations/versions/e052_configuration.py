"""Versions of what an authority says beside its diagrams: its settings and other documents of its configuration."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "e052"
down_revision = "e051"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Name = sa.String(length=250)


def upgrade() -> None:
    op.create_table(
        "config_definition",
        sa.Column("id", Id, nullable=False),
        sa.Column("key", Name, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("latest", sa.Boolean(), nullable=False),
        sa.Column("deployment_id", Id, nullable=False),
        sa.Column("resource_id", Id, nullable=False),
        sa.Column("authority", sa.String(length=60), nullable=False),
        sa.ForeignKeyConstraint(
            ["deployment_id"], ["deployment.id"], name=op.f("fk_config_definition_deployment_id_deployment")
        ),
        sa.ForeignKeyConstraint(
            ["resource_id"], ["resource.id"], name=op.f("fk_config_definition_resource_id_resource")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_config_definition")),
        sa.UniqueConstraint("authority", "key", "version", name=op.f("uq_config_definition_authority_key_version")),
    )
    op.create_index(op.f("ix_config_definition_deployment_id"), "config_definition", ["deployment_id"])
    newest = sa.text("latest")
    op.create_index(
        "ix_config_definition_latest",
        "config_definition",
        ["authority", "key"],
        unique=True,
        sqlite_where=newest,
        postgresql_where=newest,
    )
