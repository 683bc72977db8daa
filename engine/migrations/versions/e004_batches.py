"""A round of starts is called a batch, as Camunda has it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "e004"
down_revision = "e003"
branch_labels = None
depends_on = None

TABLES = {"round": "batch", "round_skip": "batch_skip"}
CONSTRAINTS = {
    "batch": {
        "pk_round": "pk_batch",
        "fk_round_definition_id_process_definition": "fk_batch_definition_id_process_definition",
    },
    "batch_skip": {"pk_round_skip": "pk_batch_skip", "fk_round_skip_round_id_round": "fk_batch_skip_batch_id_batch"},
    "job": {"fk_job_round_id_round": "fk_job_batch_id_batch"},
}


def upgrade() -> None:
    for old, new in (
        ("ix_round_authority_id", "round"),
        ("uq_round_key", "round"),
        ("ix_round_skip_round_id", "round_skip"),
        ("ix_job_round", "job"),
    ):
        op.drop_index(old, new)
    for old, new in TABLES.items():
        op.rename_table(old, new)
    for table in ("job", "batch_skip"):
        op.execute(sa.text(f"ALTER TABLE {table} RENAME COLUMN round_id TO batch_id"))
    if op.get_bind().dialect.name == "postgresql":  # SQLite has no such statement, and nothing asks for the names there
        for table, names in CONSTRAINTS.items():
            for old, new in names.items():
                op.execute(sa.text(f"ALTER TABLE {table} RENAME CONSTRAINT {old} TO {new}"))
    op.create_index(op.f("ix_batch_authority_id"), "batch", ["authority", "id"])
    op.create_index("uq_batch_key", "batch", ["authority", "key"], unique=True)
    op.create_index(op.f("ix_batch_skip_batch_id"), "batch_skip", ["batch_id"])
    there = sa.text("batch_id IS NOT NULL")
    op.create_index("ix_job_batch", "job", ["batch_id"], sqlite_where=there, postgresql_where=there)
