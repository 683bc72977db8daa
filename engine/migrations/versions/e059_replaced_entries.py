"""SQLite: an entry of the audit trail, or the end of a chain, is not replaced either.

INSERT OR REPLACE fires no trigger of a deletion.
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
    for table, same, said in (
        ("audit_entry", "authority = NEW.authority AND seq = NEW.seq", REFUSED),
        ("audit_chain", "authority = NEW.authority", GROWS),
    ):
        op.execute(
            f"CREATE TRIGGER {table}_insert BEFORE INSERT ON {table} "  # noqa: S608 our own names
            f"WHEN EXISTS (SELECT 1 FROM {table} WHERE {same}) BEGIN SELECT RAISE(ABORT, '{said}'); END"
        )
