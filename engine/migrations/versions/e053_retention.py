"""The archive, legal holds and deletions by the retention schedule; entries of the audit trail that go empty with their case."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from engine.store.database import PackedJson, UTCDateTime

revision = "e053"
down_revision = "e052"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Name = sa.String(length=250)
REFUSED = "An entry of the audit trail is never changed or deleted"
EMPTIED = ("person", "subject", "before", "after", "why")
STAY = (
    "authority",
    "seq",
    "at",
    "channel",
    "address",
    "who_kind",
    "who",
    "kind",
    "school_urn",
    "instance_id",
    "task_id",
    "file_id",
    "process",
    "previous",
    "hash",
)


def upgrade() -> None:
    op.add_column("process_instance", sa.Column("archived", UTCDateTime(), nullable=True))
    op.add_column("audit_entry", sa.Column("erased", Id, nullable=True))
    _index(
        "to_archive", "process_instance", ["authority", "process", "ended"], "ended IS NOT NULL AND archived IS NULL"
    )
    _index("archived", "process_instance", ["authority", "process", "ended"], "archived IS NOT NULL")
    _index("archive", "process_instance", ["authority", "ended", "id"], "archived IS NOT NULL")
    _archived_text()
    _hold()
    _disposal()
    if op.get_bind().dialect.name == "postgresql":
        _let_pass_postgresql()
    else:
        _let_pass_sqlite()


def _index(name: str, table: str, columns: list[str], where: str) -> None:
    said = sa.text(where)
    op.create_index(f"ix_{table}_{name}", table, columns, sqlite_where=said, postgresql_where=said)


def _archived_text() -> None:
    op.create_table(
        "archived_text",
        sa.Column("instance_id", Id, nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("authority", sa.String(length=60), nullable=False),
        sa.ForeignKeyConstraint(
            ["instance_id"], ["process_instance.id"], name=op.f("fk_archived_text_instance_id_process_instance")
        ),
        sa.PrimaryKeyConstraint("instance_id", name=op.f("pk_archived_text")),
    )


def _hold() -> None:
    op.create_table(
        "hold",
        sa.Column("id", Id, nullable=False),
        sa.Column("instance_id", Id, nullable=True),
        sa.Column("school_urn", sa.String(length=12), nullable=True),
        sa.Column("person", Name, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("since", UTCDateTime(), nullable=False),
        sa.Column("set_by", Name, nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("lifted", UTCDateTime(), nullable=True),
        sa.Column("lifted_by", Name, nullable=True),
        sa.Column("lifted_for", sa.Text(), nullable=True),
        sa.Column("authority", sa.String(length=60), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hold")),
    )
    _index("case", "hold", ["instance_id"], "lifted IS NULL AND instance_id IS NOT NULL")
    _index("open", "hold", ["authority", "id"], "lifted IS NULL")


def _disposal() -> None:
    op.create_table(
        "disposal",
        sa.Column("id", Id, nullable=False),
        sa.Column("instance_id", Id, nullable=False),
        sa.Column("process", Name, nullable=False),
        sa.Column("process_name", Name, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("school_urn", sa.String(length=12), nullable=True),
        sa.Column("started", UTCDateTime(), nullable=False),
        sa.Column("ended", UTCDateTime(), nullable=False),
        sa.Column("due", sa.Date(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("listed", UTCDateTime(), nullable=False),
        sa.Column("listed_by", Name, nullable=False),
        sa.Column("decided", UTCDateTime(), nullable=True),
        sa.Column("decided_by", Name, nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("again", sa.Date(), nullable=True),
        sa.Column("deleted", UTCDateTime(), nullable=True),
        sa.Column("certificate", PackedJson(), nullable=True),
        sa.Column("files", sa.JSON(), nullable=False),
        sa.Column("authority", sa.String(length=60), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_disposal")),
    )
    op.create_index("uq_disposal_case", "disposal", ["instance_id"], unique=True)
    op.create_index(op.f("ix_disposal_authority_status_due_id"), "disposal", ["authority", "status", "due", "id"])
    _index("work", "disposal", ["status", "id"], "status IN ('approved', 'erasing')")
    _index("deleted", "disposal", ["authority", "process", "ended"], "deleted IS NOT NULL")


def _is_emptying(distinct: str) -> str:
    """What holds of the one change that passes: an entry is emptied, once, and all the rest of it stays."""
    empty = [f"NEW.\"{name}\" = ''" for name in EMPTIED]
    same = [f'NEW."{name}" {distinct} OLD."{name}"' for name in STAY]
    return " AND ".join(["OLD.erased IS NULL", "NEW.erased IS NOT NULL", *empty, *same])


def _let_pass_sqlite() -> None:
    op.execute("DROP TRIGGER audit_entry_update")
    op.execute(
        f"CREATE TRIGGER audit_entry_update BEFORE UPDATE ON audit_entry WHEN NOT ({_is_emptying('IS')}) "
        f"BEGIN SELECT RAISE(ABORT, '{REFUSED}'); END"
    )


def _let_pass_postgresql() -> None:
    op.execute(
        "CREATE FUNCTION audit_empties() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF {_is_emptying('IS NOT DISTINCT FROM')} THEN RETURN NEW; END IF; "
        f"RAISE EXCEPTION '{REFUSED}' USING ERRCODE = 'insufficient_privilege'; END $$"
    )
    op.execute("DROP TRIGGER audit_entry_kept ON audit_entry")
    op.execute(
        "CREATE TRIGGER audit_entry_kept BEFORE DELETE ON audit_entry FOR EACH ROW EXECUTE FUNCTION audit_refuse()"
    )
    op.execute(
        "CREATE TRIGGER audit_entry_empties BEFORE UPDATE ON audit_entry FOR EACH ROW EXECUTE FUNCTION audit_empties()"
    )
    columns = ", ".join(f'"{name}"' for name in (*EMPTIED, "erased"))
    op.execute(f"GRANT UPDATE ({columns}) ON audit_entry TO CURRENT_USER")
