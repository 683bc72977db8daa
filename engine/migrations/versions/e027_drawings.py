"""Drafts of diagrams on the server, with their history; and where a deployment came from."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "e027"
down_revision = "e026"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Name = sa.String(length=250)


def upgrade() -> None:
    origin = sa.Column("origin", sa.String(length=12), nullable=False, server_default="files")
    op.add_column("deployment", origin)
    op.create_table(
        "drawing",
        sa.Column("id", Id, nullable=False),
        sa.Column("process", Name, nullable=False),
        sa.Column("name", Name, nullable=False),
        sa.Column("file", Name, nullable=False),
        sa.Column("based_on", Id, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("begun", sa.DateTime(timezone=True), nullable=False),
        sa.Column("begun_by", Name, nullable=False),
        sa.Column("saved", sa.DateTime(timezone=True), nullable=False),
        sa.Column("saved_by", Name, nullable=False),
        sa.Column("ended", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", Name, nullable=True),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("authority", sa.String(length=60), nullable=False),
        sa.ForeignKeyConstraint(
            ["based_on"], ["process_definition.id"], name=op.f("fk_drawing_based_on_process_definition")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_drawing")),
    )
    still = sa.text("ended IS NULL")
    op.create_index("ix_drawing_open", "drawing", ["authority", "process"], sqlite_where=still, postgresql_where=still)
    op.create_table(
        "drawing_save",
        sa.Column("id", Id, nullable=False),
        sa.Column("drawing_id", Id, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("saved", sa.DateTime(timezone=True), nullable=False),
        sa.Column("saved_by", Name, nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("authority", sa.String(length=60), nullable=False),
        sa.ForeignKeyConstraint(["drawing_id"], ["drawing.id"], name=op.f("fk_drawing_save_drawing_id_drawing")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_drawing_save")),
        sa.UniqueConstraint("drawing_id", "number", name=op.f("uq_drawing_save_drawing_id")),
    )
