"""What each element of a definition did, by time: proof of policy asks for it."""

from __future__ import annotations

from alembic import op

revision = "e016"
down_revision = "e015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table, when in (("user_task", "due"), ("history", "ended")):
        columns = ["definition_id", "element", when]
        op.create_index(op.f(f"ix_{table}_{'_'.join(columns)}"), table, columns)
