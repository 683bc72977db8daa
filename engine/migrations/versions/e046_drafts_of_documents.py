"""Drafts of forms and decision tables beside those of diagrams; and which versions a planned deployment takes the place of."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "e046"
down_revision = "e045"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    # SQLite makes the table anew, and may not take one away that others refer to: what does stands aside meanwhile.
    aside = op.get_bind().dialect.name == "sqlite"
    if aside:
        op.execute("CREATE TABLE aside_saves AS SELECT * FROM drawing_save")
        op.execute("CREATE TABLE aside_plans AS SELECT id, drawing_id FROM planned_deployment")
        op.execute("DELETE FROM drawing_save")
        op.execute("UPDATE planned_deployment SET drawing_id = NULL")
    with op.batch_alter_table("drawing") as drawing:
        drawing.add_column(sa.Column("kind", sa.String(length=12), nullable=False, server_default="diagram"))
        drawing.add_column(sa.Column("base_version", sa.Integer(), nullable=True))
        drawing.alter_column("based_on", existing_type=Id, nullable=True)
    if aside:
        op.execute("INSERT INTO drawing_save SELECT * FROM aside_saves")
        op.execute(
            "UPDATE planned_deployment SET drawing_id = "
            "(SELECT drawing_id FROM aside_plans WHERE aside_plans.id = planned_deployment.id)"
        )
        op.execute("DROP TABLE aside_saves")
        op.execute("DROP TABLE aside_plans")
    op.add_column("planned_deployment", sa.Column("versions", sa.JSON(), nullable=False, server_default="{}"))
