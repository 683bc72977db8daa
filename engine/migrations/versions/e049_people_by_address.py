"""People of the register are found by their e-mail address."""

from __future__ import annotations

from alembic import op

revision = "e049"
down_revision = "e048"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_person_authority_email", "person", ["authority", "email"])
