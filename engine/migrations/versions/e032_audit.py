"""The audit trail: entries that the database itself refuses to change, and where each authority's chain ends."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from engine.store.database import UTCDateTime

revision = "e032"
down_revision = "e031"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Name = sa.String(length=250)
REFUSED = "An entry of the audit trail is never changed or deleted"
GROWS = "The end of an audit chain only moves on"


def upgrade() -> None:
    op.create_table(
        "audit_entry",
        sa.Column("authority", sa.String(length=60), nullable=False),
        sa.Column("seq", Id, nullable=False, autoincrement=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("channel", sa.String(length=12), nullable=False),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.Column("who_kind", sa.String(length=12), nullable=False),
        sa.Column("who", Name, nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("school_urn", sa.String(length=12), nullable=False),
        sa.Column("instance_id", Id, nullable=True),
        sa.Column("task_id", Id, nullable=True),
        sa.Column("file_id", Id, nullable=True),
        sa.Column("person", Name, nullable=False),
        sa.Column("process", Name, nullable=False),
        sa.Column("subject", Name, nullable=False),
        sa.Column("before", sa.Text(), nullable=False),
        sa.Column("after", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("previous", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("authority", "seq", name=op.f("pk_audit_entry")),
    )
    op.create_index(op.f("ix_audit_entry_authority_at"), "audit_entry", ["authority", "at"])
    op.create_index(op.f("ix_audit_entry_authority_kind_seq"), "audit_entry", ["authority", "kind", "seq"])
    op.create_index(op.f("ix_audit_entry_authority_who_seq"), "audit_entry", ["authority", "who", "seq"])
    for name, column, where in (
        ("ix_audit_entry_person", "person", "person <> ''"),
        ("ix_audit_entry_school", "school_urn", "school_urn <> ''"),
        ("ix_audit_entry_case", "instance_id", "instance_id IS NOT NULL"),
    ):
        said = sa.text(where)
        columns = ["authority", column, "seq"]
        op.create_index(name, "audit_entry", columns, sqlite_where=said, postgresql_where=said)
    op.create_table(
        "audit_chain",
        sa.Column("authority", sa.String(length=60), nullable=False),
        sa.Column("entries", Id, nullable=False),
        sa.Column("head", sa.String(length=64), nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("authority", name=op.f("pk_audit_chain")),
    )
    if op.get_bind().dialect.name == "postgresql":
        _guard_postgresql()
    else:
        _guard_sqlite()


def _guard_sqlite() -> None:
    for table, what, when, said in (
        ("audit_entry", "UPDATE", "1", REFUSED),
        ("audit_entry", "DELETE", "1", REFUSED),
        ("audit_chain", "DELETE", "1", GROWS),
        ("audit_chain", "UPDATE", "NEW.entries < OLD.entries OR NEW.authority <> OLD.authority", GROWS),
    ):
        op.execute(
            f"CREATE TRIGGER {table}_{what.lower()} BEFORE {what} ON {table} WHEN {when} "
            f"BEGIN SELECT RAISE(ABORT, '{said}'); END"
        )


def _guard_postgresql() -> None:
    op.execute(
        "CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{REFUSED}' USING ERRCODE = 'insufficient_privilege'; END $$"
    )
    op.execute(
        "CREATE FUNCTION audit_grows() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "IF NEW.entries < OLD.entries OR NEW.authority <> OLD.authority THEN "
        f"RAISE EXCEPTION '{GROWS}' USING ERRCODE = 'insufficient_privilege'; END IF; RETURN NEW; END $$"
    )
    op.execute(
        "CREATE TRIGGER audit_entry_kept BEFORE UPDATE OR DELETE ON audit_entry "
        "FOR EACH ROW EXECUTE FUNCTION audit_refuse()"
    )
    op.execute(
        "CREATE TRIGGER audit_chain_grows BEFORE UPDATE ON audit_chain FOR EACH ROW EXECUTE FUNCTION audit_grows()"
    )
    op.execute(
        "CREATE TRIGGER audit_chain_kept BEFORE DELETE ON audit_chain FOR EACH ROW EXECUTE FUNCTION audit_refuse()"
    )
    for table in ("audit_entry", "audit_chain"):
        op.execute(
            f"CREATE TRIGGER {table}_truncate BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()"
        )
    # Whoever owns the tables can give themselves these rights again; whoever only uses them cannot.
    op.execute("REVOKE UPDATE, DELETE, TRUNCATE ON audit_entry FROM PUBLIC, CURRENT_USER")
    op.execute("REVOKE DELETE, TRUNCATE ON audit_chain FROM PUBLIC, CURRENT_USER")
