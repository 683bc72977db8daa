"""Indexes for many cases: the live ones are found without their rows, words of the archive without reading all of it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "e057"
down_revision = "e056"
branch_labels = None
depends_on = None


def upgrade() -> None:
    live = sa.text("status = 'active'")
    op.drop_index("ix_process_instance_active", "process_instance")
    op.create_index(
        "ix_process_instance_active",
        "process_instance",
        ["authority", "id", "definition_id", "school_urn", "started_by"],
        sqlite_where=live,
        postgresql_where=live,
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute("CREATE INDEX ix_archived_text_words ON archived_text USING gin (to_tsvector('simple', words))")
