"""The register of people of schools; and tasks, inboxes and notifications know the school of their case."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "e014"
down_revision = "e013"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
#: How each of these tables finds its case.
CASES = {
    "user_task": "instance_id",
    "user_task_role": "(SELECT instance_id FROM user_task WHERE user_task.id = user_task_role.task_id)",
    "notification": "instance_id",
}


def upgrade() -> None:
    op.create_table(
        "person",
        sa.Column("id", Id, nullable=False),
        sa.Column("username", sa.String(length=200), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("email", sa.String(length=200), nullable=False),
        sa.Column("authority", sa.String(length=60), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("authority", "username", name=op.f("uq_person_authority")),
    )
    op.create_table(
        "holding",
        sa.Column("id", Id, nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("role", sa.String(length=60), nullable=False),
        sa.Column("urn", sa.String(length=12), nullable=False),
        sa.Column("diocese", sa.String(length=250), nullable=False),
        sa.Column("trust", sa.String(length=250), nullable=False),
        sa.Column("excluded", sa.Boolean(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("authority", sa.String(length=60), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_holding_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_holding")),
    )
    op.create_index(op.f("ix_holding_person_id"), "holding", ["person_id"])
    op.create_index("ix_holding_school", "holding", ["authority", "role", "urn"])
    for table, case in CASES.items():
        op.add_column(table, sa.Column("school_urn", sa.String(length=12), nullable=True))
        op.execute(
            f"UPDATE {table} SET school_urn = "  # noqa: S608 our own names
            f"(SELECT school_urn FROM process_instance WHERE process_instance.id = {case})"
        )
    inbox = ["authority", "role", "school_urn", "due_order", "task_id"]
    op.create_index("ix_user_task_role_school", "user_task_role", inbox)
    op.create_index("ix_notification_school", "notification", ["authority", "role", "school_urn", "id"])
    none = sa.text("school_urn IS NULL")
    op.create_index(
        "ix_user_task_without_school",
        "user_task",
        ["authority", "assignee"],
        sqlite_where=none,
        postgresql_where=none,
    )
