"""Conflicts of interest: who is barred from a case."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from engine.store.database import UTCDateTime

revision = "e036"
down_revision = "e035"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Name = sa.String(length=250)


def upgrade() -> None:
    op.create_table(
        "case_bar",
        sa.Column("id", Id, nullable=False),
        sa.Column("instance_id", Id, nullable=False),
        sa.Column("username", Name, nullable=False),
        sa.Column("email", Name, nullable=False),
        sa.Column("name", Name, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("set_at", UTCDateTime(), nullable=False),
        sa.Column("set_by", Name, nullable=False),
        sa.Column("lifted", UTCDateTime(), nullable=True),
        sa.Column("lifted_by", Name, nullable=True),
        sa.Column("lifted_for", sa.Text(), nullable=True),
        sa.Column("authority", sa.String(length=60), nullable=False),
        sa.ForeignKeyConstraint(
            ["instance_id"], ["process_instance.id"], name=op.f("fk_case_bar_instance_id_process_instance")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_bar")),
    )
    op.create_index(op.f("ix_case_bar_instance_id"), "case_bar", ["instance_id"])
    still = sa.text("lifted IS NULL")
    for name, column in (("ix_case_bar_person", "username"), ("ix_case_bar_email", "email")):
        columns = ["authority", column, "instance_id"]
        op.create_index(name, "case_bar", columns, sqlite_where=still, postgresql_where=still)
