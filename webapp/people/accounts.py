"""People who can sign in: the one table that is not the engine's, and the one place beside the engine that commits."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from flask import current_app, g
from sqlalchemy import JSON, select
from sqlalchemy.orm import Mapped, mapped_column
from werkzeug.security import check_password_hash, generate_password_hash

from engine.people.authorities import Authority, Role
from engine.store.database import UTCDateTime
from engine.store.tables import Base
from engine.store.tenancy import Scope
from engine.store.text import Short
from webapp.current import known_scope, the_engine
from webapp.db import db

#: Wrong passwords in a row after which an account is locked, and for how long.
MOST_FAILURES = 5
REST = timedelta(minutes=15)
#: Characters that a password of a real person must have at least.
SHORTEST = 12


class Account(Base):
    """A person's account: an authority, the roles held in it, and a hashed password."""

    __tablename__ = "account"
    id: Mapped[int] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(Short(200), unique=True)
    name: Mapped[str] = mapped_column(Short(200))
    authority: Mapped[str] = mapped_column(Short(60))
    roles: Mapped[list[Any]] = mapped_column(JSON)
    password_hash: Mapped[str] = mapped_column(Short(300))
    failures: Mapped[int] = mapped_column(default=0)
    rests_until: Mapped[datetime | None] = mapped_column(UTCDateTime)

    # What Flask-Login asks of a user.
    is_authenticated = True
    is_active = True
    is_anonymous = False

    def get_id(self) -> str:
        """The id that the session cookie carries."""
        return str(self.id)

    @property
    def scope(self) -> Scope:
        """What this person may see and do."""
        return known_scope(self.get_id(), lambda: the_engine().people.scope(self.authority, self.roles, self.username))

    @property
    def home(self) -> Authority | None:
        """The person's authority, as configured."""
        authorities: dict[str, Authority] = current_app.extensions["authorities"]
        return authorities.get(self.authority)

    @property
    def held(self) -> list[Role]:
        """The person's roles, as configured."""
        return [self.home.roles[role] for role in self.roles if role in self.home.roles] if self.home else []

    def may(self, capability: str) -> bool:
        """Whether one of the person's roles gives this capability; "officer" is being of the authority itself."""
        if capability == "officer":
            return any(role.kind == "officer" for role in self.held)
        return self.home is not None and self.home.may(self.roles, capability)


def find(username: str) -> Account | None:
    """The account of this username."""
    return db.session.scalar(select(Account).where(Account.username == username.strip().lower()))


def called(username: str | None) -> str:
    """What the pages call a person: the name of the account, else the username itself (somebody who came by a link)."""
    if "names" not in g:
        g.names = {row.username: row.name for row in db.session.execute(select(Account.username, Account.name))}
    return str(g.names.get(username or "", username or ""))


def by_id(account_id: str) -> Account | None:
    """The account that a session cookie names."""
    return db.session.get(Account, int(account_id)) if account_id.isdigit() else None


def sign_in(username: str, password: str, now: datetime) -> Account | None:
    """The account, when the password is right and the account is not locked after too many wrong ones."""
    account = find(username)
    if account is None:
        check_password_hash(_decoy(), password)  # as slow as a known name, so that names cannot be found out
        return None
    if account.rests_until is not None and account.rests_until > now:
        return None
    if check_password_hash(account.password_hash, password):
        account.failures, account.rests_until = 0, None
        db.session.commit()
        return account
    account.failures += 1
    if account.failures >= MOST_FAILURES:
        account.failures, account.rests_until = 0, now + REST
    db.session.commit()
    return None


_DECOY: list[str] = []


def _decoy() -> str:
    if not _DECOY:
        _DECOY.append(generate_password_hash("nobody's password"))
    return _DECOY[0]


def keep(username: str, name: str, authority: str, roles: Iterable[str], password: str) -> None:
    """Give a person an account; one that exists gets this name, authority, password and these roles."""
    account = find(username)
    if account is None:
        account = Account(username=username.strip().lower())
        db.session.add(account)
    account.name, account.authority, account.roles = name, authority, sorted(roles)
    account.password_hash, account.failures, account.rests_until = generate_password_hash(password), 0, None
    db.session.commit()


def add_people(authorities: Iterable[Authority], password: str) -> int:
    """Give the sample people of each authority an account, and those that have one their configured roles."""
    hashed = generate_password_hash(password)
    added = 0
    for authority in authorities:
        for person in authority.people:
            account = find(person.username)
            if account is None:
                account = Account(username=person.username.lower(), password_hash=hashed)
                db.session.add(account)
                added += 1
            account.name, account.authority, account.roles = person.name, authority.id, sorted(person.roles)
    db.session.commit()
    return added
