"""Schools that have closed; and of a round: the key that it is known by, and which schools it passed over and why."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "e003"
down_revision = "e002"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("school", sa.Column("closed", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("round", sa.Column("key", sa.String(length=64), nullable=True))
    op.create_index("uq_round_key", "round", ["authority", "key"], unique=True)
    # Until now a round knew how many schools it passed over, not which.
    op.execute(sa.text("UPDATE round SET total = total - skipped"))
    op.drop_column("round", "skipped")
    op.create_table(
        "round_skip",
        sa.Column("id", Id, nullable=False),
        sa.Column("round_id", Id, nullable=False),
        sa.Column("urn", sa.String(length=250), nullable=False),
        sa.Column("why", sa.String(length=250), nullable=False),
        sa.Column("authority", sa.String(length=60), nullable=False),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_round_skip_round_id_round")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_round_skip")),
    )
    op.create_index(op.f("ix_round_skip_round_id"), "round_skip", ["round_id"])
