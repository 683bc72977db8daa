"""Link advisers are dated ties of the register of people to schools, no longer a column of the schools.

Since when each has been it is not known: the ties begin with a day that lies before every case.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "e058"
down_revision = "e057"
branch_labels = None
depends_on = None

SINCE = date(2000, 1, 1)
SCHOOL = sa.table("school", sa.column("authority"), sa.column("urn"), sa.column("link_adviser"))
PERSON = sa.table("person", *(sa.column(name) for name in ("id", "authority", "username", "name", "email")))
HOLDING = sa.table(
    "holding",
    *(sa.column(name) for name in ("authority", "person_id", "role", "urn", "diocese", "trust", "excluded")),
    sa.column("since", sa.Date()),
)


def upgrade() -> None:
    connection = op.get_bind()
    chosen = sa.select(SCHOOL).where(SCHOOL.c.link_adviser != "").order_by(SCHOOL.c.authority, SCHOOL.c.urn)
    for authority, urn, said in connection.execute(chosen).all():
        tie = {"role": "link-adviser", "urn": urn, "diocese": "", "trust": "", "excluded": False, "since": SINCE}
        person = _person(connection, authority, said)
        connection.execute(sa.insert(HOLDING).values(authority=authority, person_id=person, **tie))
    op.drop_column("school", "link_adviser")


def _person(connection: Any, authority: str, said: str) -> int:
    """Somebody of the register whom the column names by their username, or else an entry that has the name alone."""
    known = sa.select(PERSON.c.id).where(PERSON.c.authority == authority, PERSON.c.username == said.lower()[:200])
    found = connection.scalar(known)
    if found is None:
        named = {"authority": authority, "username": said.lower()[:200], "name": said[:200], "email": ""}
        connection.execute(sa.insert(PERSON).values(**named))
        found = connection.scalar(known)
    return int(found)
