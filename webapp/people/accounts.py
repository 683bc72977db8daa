"""People who can sign in: the web application's own table, and how somebody is found in it."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast

from flask import current_app
from sqlalchemy import JSON, ColumnElement, Text, false, inspect, or_, select, type_coerce
from sqlalchemy import cast as sql_cast
from sqlalchemy.orm import Mapped, Session, mapped_column

from engine.people.authorities import Authority, Role
from engine.people.directory import Member
from engine.people.register import day_of
from engine.store.database import UTCDateTime
from engine.store.sought import mentions
from engine.store.tables import Base
from engine.store.tenancy import ForEverybody, Scope, acting
from engine.store.text import Short
from webapp.current import known_scope, now, the_engine, wall
from webapp.db import db
from webapp.people import passwords, sessions
from webapp.people.sessions import AccountSession

#: The engine's own scope, for finding out who somebody is.
ANYBODY = Scope.all_authorities()
#: How many people a part of a name may mean.
LIKE = 500


@dataclass(frozen=True)
class Granted:
    """A role that an account has, from a day until a day, both counted; None where it has no such bound. ``by_group``: since
    whoever signed it in last says so."""

    role: str
    since: date | None = None
    until: date | None = None
    by_group: bool = False

    def counts(self, day: date) -> bool:
        """Whether it counts on a day."""
        return (self.since is None or self.since <= day) and (self.until is None or day <= self.until)

    def stored(self) -> dict[str, Any]:
        """As the account's row keeps it."""
        bounds = {"since": self.since, "until": self.until}
        kept = {"role": self.role, **{name: each.isoformat() for name, each in bounds.items() if each}}
        return {**kept, "by_group": True} if self.by_group else kept


def _granted(kept: dict[str, Any]) -> Granted:
    since, until = (date.fromisoformat(kept[each]) if each in kept else None for each in ("since", "until"))
    return Granted(kept["role"], since, until, kept.get("by_group", False))


class Account(ForEverybody, Base):
    """A person's account in an authority, and a hashed password.

    ``grants`` are the roles with their days. ``closed`` lets nobody in until it is opened again, ``until`` not after that day.
    ``link`` is the digest of a link for a new password that was sent and not used, until ``link_ends``. ``identity`` is a digest
    of who they are for the provider that signs them in (webapp/people/oidc.py). ``totp`` is what their app makes codes with,
    enciphered, ``totp_step`` the last code used, ``recovery`` digests of what lets them in without (webapp/people/codes.py).
    ``feed`` is the digest of the key in the address of their calendar feed (webapp/pages/feed.py); None where there is none.
    """

    __tablename__ = "account"
    id: Mapped[int] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(Short(200), unique=True)
    name: Mapped[str] = mapped_column(Short(200))
    grants: Mapped[list[Any]] = mapped_column("roles", JSON)
    password_hash: Mapped[str] = mapped_column(Short(300))
    sample: Mapped[bool] = mapped_column(default=False)
    closed: Mapped[bool] = mapped_column(default=False)
    until: Mapped[date | None]
    seen: Mapped[datetime | None] = mapped_column(UTCDateTime)
    link: Mapped[str | None] = mapped_column(Short(64), index=True)
    link_ends: Mapped[datetime | None] = mapped_column(UTCDateTime)
    identity: Mapped[str | None] = mapped_column(Short(64), index=True, unique=True)
    totp: Mapped[str | None] = mapped_column(Short(250))
    totp_step: Mapped[int] = mapped_column(default=-1)
    recovery: Mapped[list[Any]] = mapped_column(JSON, default=list)
    feed: Mapped[str | None] = mapped_column(Short(64), index=True)

    #: What the browser carries of the session with which this account was found.
    token = ""
    #: When that session ends.
    ends = cast("datetime | None", None)

    # What Flask-Login asks of a user.
    is_authenticated = True
    is_active = True
    is_anonymous = False

    def get_id(self) -> str:
        """What the session cookie carries."""
        return self.token

    @property
    def granted(self) -> list[Granted]:
        """The roles with their days."""
        return [_granted(each) for each in self.grants]

    def roles_on(self, day: date) -> list[str]:
        """The ids of the roles that count on a day."""
        return [each.role for each in self.granted if each.counts(day)]

    @property
    def roles(self) -> list[str]:
        """The ids of the roles that count today."""
        return self.roles_on(day_of(now()))

    @property
    def is_invented(self) -> bool:
        """Whether the configuration has this person, whose password the sign-in page tells everybody."""
        return self.sample and self.home is not None and self.username in {each.username for each in self.home.people}

    def is_let_in(self, day: date) -> bool:
        """Whether the account can be used on a day."""
        return not self.closed and (self.until is None or day <= self.until)

    @property
    def scope(self) -> Scope:
        """What this person may see and do."""
        people = the_engine().people
        return known_scope(self.username, lambda: people.scope(self.authority, self.roles, self.username, self.name))

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


def any_real(session: Session) -> bool:
    """Whether anybody has an account who is not invented."""
    return session.scalar(select(Account.id).where(~Account.sample).limit(1)) is not None


def find(username: str, session: Session | None = None) -> Account | None:
    """The account of this username, of whichever authority."""
    session = session or db.session()
    with acting(session, ANYBODY):
        return session.scalar(select(Account).where(Account.username == username.strip().lower()))


def members(
    session: Session,
    authority: str,
    day: date,
    called: Collection[str] | None = None,
    holding: Collection[str] | None = None,
) -> list[Member]:
    """Those who can sign in for an authority on a day, as the engine asks for them, in its own session; with the roles that
    count then. None in a database that has no accounts. A username that is an e-mail address is where they get mail."""
    if not inspect(session.connection()).has_table(Account.__tablename__):
        return []
    chosen = select(Account).where(Account.authority == authority)
    if called is not None:
        chosen = chosen.where(Account.username.in_(called) | Account.name.in_(called))
    if holding is not None:
        chosen = chosen.where(naming(holding))
    found = [_member(row, day) for row in session.scalars(chosen) if row.is_let_in(day)]
    return found if holding is None else [each for each in found if not each.roles.isdisjoint(holding)]


def naming(roles: Collection[str]) -> ColumnElement[bool]:
    """Which accounts have one of these roles, on whatever day."""
    return or_(false(), *(_mentions(role) for role in roles))


def _mentions(role: str) -> ColumnElement[bool]:
    """Whether an account's roles name one, on whatever day: what the database can tell of a JSON text that it only keeps."""
    return type_coerce(sql_cast(Account.grants, Text), Text).contains(json.dumps(role), autoescape=True)


def _member(row: Account, day: date) -> Member:
    return Member(row.username, row.name, row.username if "@" in row.username else "", frozenset(row.roles_on(day)))


def usernames_like(text: str, authority: str) -> list[str]:
    """The usernames of people of an authority whose name holds a text, at most so many as a statement may carry."""
    named = select(Account.username).where(Account.authority == authority, mentions(Account.name, text))
    return list(db.session.scalars(named.order_by(Account.username).limit(LIKE)))


def by_token(token: str) -> Account | None:
    """Whoever is signed in with the browser that carries this; nobody once the session or the account has ended."""
    session = db.session()
    mine = select(Account, AccountSession.ends).join(AccountSession, AccountSession.account_id == Account.id)
    with acting(session, ANYBODY):
        row = session.execute(
            mine.where(AccountSession.key == sessions.digest(token), AccountSession.ends > wall())
        ).first()
    if row is None or not admitted(row.Account):
        return None
    found: Account = row.Account
    found.token, found.ends = token, row.ends
    return found


def by_feed(key: str) -> Account | None:
    """Whose calendar feed has this key in its address; nobody once it, or the account, has ended."""
    session = db.session()
    with acting(session, ANYBODY):
        found = session.scalar(select(Account).where(Account.feed == sessions.digest(key)))
    return found if found is not None and admitted(found) else None


def admitted(account: Account) -> bool:
    """Whether this server lets the account in: one that is open, and sample people, whose password everybody knows, in
    sample mode only."""
    return account.is_let_in(day_of(now())) and (bool(current_app.config["SAMPLE"]) or not account.sample)


def add_people(authorities: Iterable[Authority], password: str) -> int:
    """Give the sample people of each authority an account, and those that have one their configured roles."""
    hashed = passwords.hashed(password)
    added = 0
    with the_engine().transactions.writing(ANYBODY, wakes=False) as session:
        for authority in authorities:
            for person in authority.people:
                account = find(person.username, session)
                if account is None:
                    account = Account(username=person.username.lower(), password_hash=hashed, closed=False)
                    session.add(account)
                    added += 1
                account.name, account.authority, account.sample = person.name, authority.id, True
                account.grants = [Granted(role).stored() for role in sorted(person.roles)]
    return added
