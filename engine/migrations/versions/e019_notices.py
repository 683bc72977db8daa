"""What was told on one occasion is one notice, read or not; late tasks are told apart; and how each person is told."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from engine.store.database import UTCDateTime

revision = "e019"
down_revision = "e018"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
SAME = " AND ".join(
    f"o.{each} = notification.{each}" for each in ("instance_id", "element", "subject", "text", "created")
)
PERSON = sa.text("username <> ''")


def upgrade() -> None:
    for name, size in (("username", 250), ("kind", 12), ("occasion", 80)):
        op.add_column("notification", sa.Column(name, sa.String(length=size), nullable=False, server_default=""))
    op.add_column("notification", sa.Column("task_id", Id, nullable=True))
    op.execute(
        f"UPDATE notification SET occasion = 'n' || (SELECT min(o.id) FROM notification o WHERE {SAME})"  # noqa: S608 ours
    )
    op.execute("UPDATE notification SET kind = 'late' WHERE subject LIKE 'Late: %' AND text LIKE '% and is not done.%'")
    op.drop_index("ix_notification_authority_role_id", table_name="notification")
    op.drop_index("ix_notification_school", table_name="notification")
    op.create_index("ix_notification_role", "notification", ["authority", "role", "kind", "id"])
    op.create_index("ix_notification_school", "notification", ["authority", "role", "kind", "school_urn", "id"])
    op.create_index(
        "ix_notification_person",
        "notification",
        ["authority", "username", "kind", "id"],
        sqlite_where=PERSON,
        postgresql_where=PERSON,
    )
    op.create_table(
        "notice_read",
        sa.Column("authority", sa.String(length=60), nullable=False),
        sa.Column("username", sa.String(length=250), nullable=False),
        sa.Column("occasion", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("authority", "username", "occasion", name=op.f("pk_notice_read")),
    )
    op.create_table(
        "reader",
        sa.Column("authority", sa.String(length=60), nullable=False),
        sa.Column("username", sa.String(length=250), nullable=False),
        sa.Column("read_to", Id, nullable=False),
        sa.Column("late_to", Id, nullable=False),
        sa.Column("how", sa.String(length=12), nullable=False),
        sa.Column("digest", UTCDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("authority", "username", name=op.f("pk_reader")),
    )
