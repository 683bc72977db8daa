"""Whoever another provider has signed in, as an account here: found, made when it is missing, with the roles of their groups."""

from __future__ import annotations

from dataclasses import dataclass, replace
from hashlib import sha256

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from engine.audit import record
from engine.people.sign_in import Provider
from webapp.current import the_engine, wall
from webapp.people import accounts, audited, passwords, powers, sessions
from webapp.people.accounts import ANYBODY, Account, Granted

ASK = "Ask whoever looks after Pathways in your authority."


@dataclass(frozen=True)
class Known:
    """What a provider says of somebody: who they are there (``subject``, for ever), what they sign in as and are called, and the
    roles that their groups give."""

    authority: str
    provider: Provider
    subject: str
    username: str
    name: str
    roles: frozenset[str]

    @property
    def identity(self) -> str:
        """What is kept of who they are."""
        return sha256(self.subject.encode("utf-8", "replace")).hexdigest()


class NotLetIn(Exception):
    """Somebody is not let in: what they read and can do, why in the audit trail, and the HTTP status."""

    def __init__(self, text: str, why: str, status: int = 403) -> None:
        super().__init__(why)
        self.text, self.why, self.status = text, why, status


def sign_in(known: Known) -> Account:
    """The account of somebody whom a provider has signed in, with a session of its own. Raises NotLetIn.

    An account is known by who its owner is for the provider; at first by its username, where it is of the provider's authority.
    One that is missing is made for whoever has a role by a group. Roles by groups are as the provider says today.
    """
    try:
        return _signed_in(known)
    except IntegrityError:  # the same new person signed in twice at once: the account is there now
        return _signed_in(known)


def _signed_in(known: Known) -> Account:
    with the_engine().transactions.writing(ANYBODY, wakes=False) as session:
        account = _found(session, known) or _made(session, known)
        if not accounts.admitted(account):
            raise NotLetIn(f"Your account in Pathways is closed. {ASK}", "The account lets nobody in.")
        account.identity, account.name, account.seen = known.identity, known.name[:200], wall()
        _follow_groups(session, account, known)
        account.token = sessions.begin(session, account.id, account.authority, wall())
        record(session, audited.signed_in(account.authority, account.username, known.provider.name))
    return account


def _found(session: Session, known: Known) -> Account | None:
    mine = session.scalar(select(Account).where(Account.identity == known.identity))
    if mine is not None:
        return _of_the_authority(mine, known)
    named = accounts.find(known.username, session)
    if named is None:
        return None
    if named.authority != known.authority or named.sample or named.identity is not None:
        raise NotLetIn(
            f"Somebody else has an account in Pathways with your email address, {known.username}. {ASK}",
            "The account of this name is somebody else's.",
            409,
        )
    return named


def _of_the_authority(account: Account, known: Known) -> Account:
    """A provider that two authorities use knows somebody of one by the same id when they come by the other's page."""
    if account.authority != known.authority:
        raise NotLetIn(
            "Your account in Pathways is that of another authority. Go back to the sign-in page and choose yours.",
            "The account is of another authority.",
        )
    return account


def _made(session: Session, known: Known) -> Account:
    if not known.roles:
        raise NotLetIn(
            f"You are signed in to {known.provider.name}, but none of your groups there has a role in Pathways. {ASK} They can "
            "put you into a group, or give you an account.",
            "No group gives a role, and there is no account.",
        )
    made = Account(
        username=known.username[:200],
        name=known.name[:200],
        authority=known.authority,
        grants=[],
        password_hash=passwords.NONE,
        sample=False,
        closed=False,
    )
    session.add(made)
    session.flush()
    return made


def _follow_groups(session: Session, account: Account, known: Known) -> None:
    """Give the roles of the groups, take those that a group gave before; what an administrator gave stays. Other sessions end
    where that changes anything."""
    given = [each for each in account.granted if not each.by_group]
    named = {each.role for each in given}
    granted = [*given, *(Granted(role, by_group=True) for role in known.roles - named)]
    stored = [each.stored() for each in sorted(granted, key=lambda each: each.role)]
    if stored != sorted(account.grants, key=lambda each: each["role"]):
        by = replace(ANYBODY, username=f"A group of {known.provider.name}")
        with powers.watched(session, account, by):
            account.grants = stored
        sessions.end_all(session, account)


def note_refusal(authority: str, why: str) -> None:
    """Tell the audit trail that somebody came from a provider and was not let in."""
    the_engine().audit.note([audited.refused(authority, "", why)], ANYBODY)
