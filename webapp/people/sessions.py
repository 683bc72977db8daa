"""Who is signed in, kept on the server: what a browser carries names a row here, and is worth nothing once that is gone."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from sqlalchemy import ForeignKey, delete, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from engine.audit import record
from engine.store.database import UTCDateTime
from engine.store.tables import Base
from engine.store.tenancy import BelongsToAuthority
from engine.store.text import Short
from webapp.people import audited

if TYPE_CHECKING:
    from webapp.people.accounts import Account

#: How long somebody stays signed in.
LASTS = timedelta(hours=10)


class AccountSession(BelongsToAuthority, Base):
    """Somebody's being signed in with one browser, from ``began`` until ``ends``. ``key`` is a digest of what the browser
    carries, so that whoever reads the database can sign in as nobody."""

    __tablename__ = "account_session"
    key: Mapped[str] = mapped_column(Short(64), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    began: Mapped[datetime] = mapped_column(UTCDateTime)
    ends: Mapped[datetime] = mapped_column(UTCDateTime)


def digest(token: str) -> str:
    """What is kept of a token that only its owner has."""
    return sha256(token.encode("utf-8", "replace")).hexdigest()


def new_token() -> str:
    """A text that nobody can guess: 256 random bits."""
    return secrets.token_urlsafe(32)


def begin(session: Session, account_id: int, authority: str, now: datetime) -> str:
    """Sign somebody in; the token for the browser. What has ended long ago goes. The caller commits."""
    token = new_token()
    session.execute(delete(AccountSession).where(AccountSession.ends < now))
    session.add(
        AccountSession(key=digest(token), account_id=account_id, authority=authority, began=now, ends=now + LASTS)
    )
    return token


def extend(session: Session, token: str, now: datetime) -> datetime:
    """Let a session that has not ended last as long again; until when. The caller commits."""
    mine = update(AccountSession).where(AccountSession.key == digest(token), AccountSession.ends > now)
    session.execute(mine.values(ends=now + LASTS))
    return now + LASTS


def end(session: Session, account: Account, token: str) -> None:
    """Sign somebody out of one browser. The caller commits."""
    if _ended(session.execute(delete(AccountSession).where(AccountSession.key == digest(token)))):
        record(session, audited.signed_out(account.authority, account.username))


def end_all(session: Session, account: Account) -> None:
    """Sign somebody out everywhere. The caller commits."""
    number = _ended(session.execute(delete(AccountSession).where(AccountSession.account_id == account.id)))
    if number:
        record(session, audited.forced_out(account.authority, account.username, number))


def _ended(done: Any) -> int:
    """How many sessions a DELETE has ended."""
    return int(done.rowcount)


def number(session: Session, account_id: int, now: datetime) -> int:
    """With how many browsers somebody is signed in."""
    mine = select(AccountSession.key).where(AccountSession.account_id == account_id, AccountSession.ends > now)
    return len(session.scalars(mine).all())
