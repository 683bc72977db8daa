"""Figures of processes that are kept; triggers that note which cases have changed since."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from engine.store.database import PackedJson

revision = "e056"
down_revision = "e055"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Authority = sa.String(length=60)
NOTED = "INSERT INTO touched_case (instance_id, authority) VALUES (NEW.id, NEW.authority)"
#: What figures are made of, in the row of a case; whatever is added to its history makes that longer.
MADE_OF = "definition_id, status, active, history_length"


def upgrade() -> None:
    op.create_table(
        "figure",
        sa.Column("definition_id", Id, nullable=False),
        sa.Column("grain", sa.String(length=5), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("what", sa.String(length=8), nullable=False),
        sa.Column("element", sa.String(length=250), nullable=False),
        sa.Column("amount", Id, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("authority", Authority, nullable=False),
        _of("figure", "definition_id", "process_definition"),
        sa.PrimaryKeyConstraint("definition_id", "grain", "since", "what", "element", "amount", name=op.f("pk_figure")),
    )
    nothing = sa.text("number = 0")
    op.create_index("ix_figure_nothing", "figure", ["definition_id"], sqlite_where=nothing, postgresql_where=nothing)
    op.create_table(
        "case_figure",
        sa.Column("instance_id", Id, nullable=False),
        sa.Column("definition_id", Id, nullable=False),
        sa.Column("facts", PackedJson(), nullable=False),
        sa.Column("authority", Authority, nullable=False),
        _of("case_figure", "instance_id", "process_instance"),
        _of("case_figure", "definition_id", "process_definition"),
        sa.PrimaryKeyConstraint("instance_id", "definition_id", name=op.f("pk_case_figure")),
    )
    op.create_index(op.f("ix_case_figure_definition_id"), "case_figure", ["definition_id"])
    op.create_table(
        "touched_case",
        sa.Column("id", Id, nullable=False),
        sa.Column("instance_id", Id, nullable=False),
        sa.Column("authority", Authority, nullable=False),
        _of("touched_case", "instance_id", "process_instance"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_touched_case")),
    )
    op.create_index(op.f("ix_touched_case_instance_id"), "touched_case", ["instance_id"])
    # The worker counts them, a few at a time.
    op.execute("INSERT INTO touched_case (instance_id, authority) SELECT id, authority FROM process_instance")
    if op.get_bind().dialect.name == "postgresql":
        _note_on_postgresql()
    else:
        _note_on_sqlite()


def _of(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}_{other}"))


def _note_on_sqlite() -> None:
    for name, when in (("begun", "INSERT"), ("touched", f"UPDATE OF {MADE_OF}")):
        op.execute(f"CREATE TRIGGER process_instance_{name} AFTER {when} ON process_instance BEGIN {NOTED}; END")


def _note_on_postgresql() -> None:
    op.execute(
        f"CREATE FUNCTION pathways_touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {NOTED}; RETURN NULL; END $$"
    )
    op.execute(
        f"CREATE TRIGGER process_instance_touched AFTER INSERT OR UPDATE OF {MADE_OF} ON process_instance "
        "FOR EACH ROW EXECUTE FUNCTION pathways_touch()"
    )
