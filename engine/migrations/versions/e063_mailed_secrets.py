"""What of a mail lets somebody in (a link, a code) is kept no longer than until it is sent, also of mails of before."""

from __future__ import annotations

import re

import sqlalchemy as sa
from alembic import op

from engine.store.database import PackedJson
from engine.store.sealed import SECRETS, opened

revision = "e063"
down_revision = "e062"
branch_labels = None
depends_on = None

OUTBOX = sa.table(
    "outbox",
    sa.column("id", sa.BigInteger),
    sa.column("key", sa.String),
    sa.column("status", sa.String),
    sa.column("payload", PackedJson),
)
WITH_SECRETS = ("password-%", "link-%", "code-%")
SECRET = re.compile(r"https?://\S+/(?:new-password|link)/\S+|(?<=Your code for the task is )\d{6}")


def upgrade() -> None:
    session = op.get_bind()
    chosen = sa.select(OUTBOX).where(sa.or_(*(OUTBOX.c.key.like(each) for each in WITH_SECRETS)))
    for row in session.execute(chosen).all():
        sealed = {**row.payload, SECRETS: SECRET.findall(str(row.payload.get("text", "")))}
        payload = opened(sealed) if row.status == "sent" else sealed
        session.execute(sa.update(OUTBOX).where(OUTBOX.c.id == row.id).values(payload=payload))
