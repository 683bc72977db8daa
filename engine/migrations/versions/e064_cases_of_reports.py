"""A report keeps all cases that its draft drew on.

Which they were was not kept of the cases of no figure: of a report that was made before, they are all that were open in its days,
of its school where it is about one. A day more at either end makes up for where a day begins.
"""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa
from alembic import op

from engine.store.database import UTCDateTime

revision = "e064"
down_revision = "e063"
branch_labels = None
depends_on = None

DAY = timedelta(days=1)
REPORT = sa.table(
    "report",
    *(sa.column(name) for name in ("id", "authority", "school_urn")),
    sa.column("since", sa.Date()),
    sa.column("until", sa.Date()),
    sa.column("cases", sa.JSON()),
)
CASE = sa.table(
    "process_instance",
    *(sa.column(name) for name in ("id", "authority", "school_urn")),
    sa.column("started", UTCDateTime()),
    sa.column("ended", UTCDateTime()),
)


def upgrade() -> None:
    op.add_column("report", sa.Column("cases", sa.JSON(), server_default="[]", nullable=False))
    connection = op.get_bind()
    for row in connection.execute(sa.select(REPORT)).all():
        where = [CASE.c.authority == row.authority]
        where += [CASE.c.school_urn == row.school_urn] if row.school_urn else []
        open_then = [
            case.id
            for case in connection.execute(sa.select(CASE).where(*where).order_by(CASE.c.id)).all()
            if case.started.date() <= row.until + DAY and (not case.ended or case.ended.date() >= row.since - DAY)
        ]
        connection.execute(sa.update(REPORT).where(REPORT.c.id == row.id).values(cases=open_then))
