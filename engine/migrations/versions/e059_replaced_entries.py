"""SQLite: an entry of the audit trail, or the end of a chain, is not replaced either.

INSERT OR REPLACE fires no trigger of a deletion. A row of SQLite has a number (rowid) beside its key, and INSERT OR REPLACE,
like UPDATE OR REPLACE, deletes what clashes by that too.
"""

from __future__ import annotations

from alembic import op

revision = "e059"
down_revision = "e058"
branch_labels = None
depends_on = None

REFUSED = "An entry of the audit trail is never changed or deleted"
GROWS = "The end of an audit chain only moves on"


def upgrade() -> None:
    if op.get_bind().dialect.name != "sqlite":
        return
    # Where an INSERT says no number, NEW.rowid is -1.
    row = "(NEW.rowid <> -1 AND rowid = NEW.rowid)"
    for table, same, said in (
        ("audit_entry", f"(authority = NEW.authority AND seq = NEW.seq) OR {row}", REFUSED),
        ("audit_chain", f"authority = NEW.authority OR {row}", GROWS),
    ):
        op.execute(
            f"CREATE TRIGGER {table}_insert BEFORE INSERT ON {table} "  # noqa: S608 our own names
            f"WHEN EXISTS (SELECT 1 FROM {table} WHERE {same}) BEGIN SELECT RAISE(ABORT, '{said}'); END"
        )
    op.execute(
        "CREATE TRIGGER audit_chain_row BEFORE UPDATE ON audit_chain WHEN NEW.rowid <> OLD.rowid "
        f"BEGIN SELECT RAISE(ABORT, '{GROWS}'); END"
    )
