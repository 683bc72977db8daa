"""How often wrong passwords may be tried: by whom, and for whom, without letting a stranger lock somebody out.

Each try is counted before the password is looked at, in one statement a count, so that a hundred at once are a hundred. What
is counted:

- a browser that its owner has signed in with before (it carries a signed cookie) counts by itself
- any other counts by name and address together, by address, and by name; so a stranger's tries rest that stranger for that
  name, and only many addresses together rest a name, for browsers that were never used for it

A name that nobody has is counted as any other, and is kept as a digest only, since people type passwords there by mistake.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from ipaddress import IPv6Address, ip_address, ip_network

from flask import current_app
from sqlalchemy import case, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from engine.store.database import UTCDateTime
from engine.store.tables import Base
from engine.store.text import Short

#: After so many tries with no right password, no more for so long.
WINDOW = timedelta(minutes=15)
BY_BROWSER, BY_NAME_AND_ADDRESS, BY_ADDRESS, BY_NAME = 10, 5, 50, 100
#: What else may be tried so often in a window: an own password that is asked for again, and links for a new one.
BY_OWNER, LINKS_BY_NAME, LINKS_BY_ADDRESS = 5, 3, 20


class Tries(Base):
    """How often something was tried since a moment. Belongs to the whole installation: nobody is known yet."""

    __tablename__ = "sign_in_tries"
    subject: Mapped[str] = mapped_column(Short(64), primary_key=True)
    number: Mapped[int]
    ends: Mapped[datetime] = mapped_column(UTCDateTime)


@dataclass(frozen=True)
class Counted:
    """Something that is counted, and how often it may be tried in a window."""

    what: str
    most: int

    @property
    def subject(self) -> str:
        """What is kept of it: nobody can read a name or an address out of it."""
        key = str(current_app.config["SECRET_KEY"]).encode()
        return hmac.new(key, self.what.encode("utf-8", "replace"), sha256).hexdigest()


def of_sign_in(username: str, address: str, browser: str) -> list[Counted]:
    """What a try to sign in counts for; ``browser`` is the cookie of one in which its owner has signed in."""
    name, place = username.strip().lower(), _place(address)
    if browser:
        return [Counted(f"browser {browser} {name}", BY_BROWSER)]
    pair = Counted(f"pair {place} {name}", BY_NAME_AND_ADDRESS)
    return [pair, Counted(f"address {place}", BY_ADDRESS), Counted(f"name {name}", BY_NAME)]


def of_link(username: str, address: str) -> list[Counted]:
    """What asking for a link for a new password counts for."""
    name = username.strip().lower()
    return [Counted(f"link {name}", LINKS_BY_NAME), Counted(f"link from {_place(address)}", LINKS_BY_ADDRESS)]


def of_owner(account_id: int) -> list[Counted]:
    """What an own password that is asked for again counts for."""
    return [Counted(f"owner {account_id}", BY_OWNER)]


def of_code(account_id: int) -> list[Counted]:
    """What a code of an app counts for, after a right password."""
    return [Counted(f"owner code {account_id}", BY_OWNER)]


def _place(address: str) -> str:
    """An address, or the network that one IPv6 connection has."""
    try:
        known = ip_address(address)
    except ValueError:
        return address
    return str(ip_network(f"{known}/64", strict=False)) if isinstance(known, IPv6Address) else str(known)


def allow(session: Session, counted: list[Counted], now: datetime, at_limit: Callable[[], None] = lambda: None) -> bool:
    """Count a try, and say whether it may go on; the caller commits, before anything is looked at.

    ``at_limit`` is called by the first try of a window that may not.
    """
    over = [_count(session, each, now) - each.most for each in sorted(counted, key=lambda each: each.subject)]
    if max(over, default=0) == 1:
        at_limit()
    return all(each <= 0 for each in over)


def _count(session: Session, counted: Counted, now: datetime) -> int:
    """How often something was tried in its window, this time counted."""
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    row = {"subject": counted.subject, "number": 1, "ends": now + WINDOW}
    over = Tries.ends <= now
    again = {
        "number": case((over, 1), else_=Tries.number + 1),
        "ends": case((over, now + WINDOW), else_=Tries.ends),
    }
    counting = dialect.insert(Tries).values(row).on_conflict_do_update(index_elements=["subject"], set_=again)
    return int(session.scalars(counting.returning(Tries.number)).one())


def ends(session: Session, counted: Counted) -> datetime:
    """When the window of something that was counted ends."""
    return session.scalars(select(Tries.ends).where(Tries.subject == counted.subject)).one()


def forget(session: Session, counted: list[Counted], now: datetime) -> None:
    """After a right password: what its owner tried counts no more, and what is long past goes. The caller commits.

    An address and a name keep the wrong tries only: a whole council may sign in from one address.
    """
    own = [each.subject for each in counted if each.what.startswith(("browser", "pair", "owner"))]
    session.execute(delete(Tries).where(Tries.subject.in_(own) | (Tries.ends < now - WINDOW)))
    shared = [each.subject for each in counted if each.subject not in own]
    session.execute(update(Tries).where(Tries.subject.in_(shared)).values(number=Tries.number - 1))
