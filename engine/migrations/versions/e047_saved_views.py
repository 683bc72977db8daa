"""Views of the list of cases are kept as lists of tasks are, and each name counts within its place."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "e047"
down_revision = "e046"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("saved_list") as batch:
        batch.add_column(sa.Column("place", sa.String(length=12), nullable=False, server_default="tasks"))
        batch.drop_constraint("uq_saved_list_authority_username_name", type_="unique")
        batch.create_unique_constraint(
            op.f("uq_saved_list_authority_username_place_name"), ["authority", "username", "place", "name"]
        )
    with op.batch_alter_table("saved_list") as batch:
        batch.alter_column("place", server_default=None)
