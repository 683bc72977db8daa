"""Roles that let somebody see or change more than their tasks. Whatever is done to who has them is told, so that no administrator
does it alone and unseen: to the person, to all who audit, and to all other administrators.

Those who watch are not put out of the way meanwhile: whoever holds such a role in an account that is closed or has ended, or held
it until lately, finds what was done when they come back.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.calendar.rhythms import said
from engine.configuration.roles import POWERS, WATCHING
from engine.jobs import personal
from engine.jobs.post import Post
from engine.people.authorities import Authority
from engine.people.directory import Member
from engine.people.register import day_of
from engine.store.tenancy import Scope
from webapp.current import now, the_engine
from webapp.people import accounts
from webapp.people.accounts import Account, Granted

#: How long somebody who watched is told still, after their role has ended.
_LATELY = timedelta(days=30)
#: What a person is told, and what the others are, of whom and of which role.
_GIVEN = "You have the role {role}", "{name} has the role {role}"
_TAKEN = "You no longer have the role {role}", "{name} no longer has the role {role}"
_DATED = "Your days in the role {role} have changed", "The days of {name} in the role {role} have changed"
_CLOSED = "Your account is closed", "The account of {name} is closed"
_OPENED = "Your account is open again", "The account of {name} is open again"
_ENDS = "The last day of your account has changed", "The last day of the account of {name} has changed"


@contextmanager
def watched(session: Session, account: Account, by: Scope) -> Iterator[None]:
    """Tell of what is done within to somebody's roles that permit more, and to an account that holds one."""
    home = the_engine().config.authorities.get(account.authority)
    watching = _watching(session, home, account, by) if home else []
    before, open_before = _held(home, account), (account.closed, account.until)
    yield
    after, open_after = _held(home, account), (account.closed, account.until)
    told = [(home.roles[role].name, *each) for role, each in _changed(before, after).items() if home]
    if (before or after) and open_before != open_after:
        told.append(("", _of_account(open_before, open_after), _lasts(account)))
    for role, words, text in told:
        _tell(session, account, by, watching, ([each.format(name=account.name, role=role) for each in words], text))


def without_codes(session: Session, account: Account, by: Scope) -> None:
    """Tell the person, and those who audit or administer, that somebody is let in without codes."""
    home = the_engine().config.authorities.get(account.authority)
    watching = _watching(session, home, account, by) if home else []
    words = ["You are let in without codes", f"{account.name} is let in without codes"]
    _tell(session, account, by, watching, (words, "A password is enough until codes of an app are set up again."))


def _held(home: Authority | None, account: Account) -> dict[str, Granted]:
    """The roles of an account that permit more, on whatever days."""
    roles = home.roles if home else {}
    mine = {each.role: each for each in account.granted if each.role in roles}
    return {role: each for role, each in mine.items() if not roles[role].capabilities.isdisjoint(POWERS)}


def _changed(before: Mapping[str, Granted], after: Mapping[str, Granted]) -> dict[str, tuple[tuple[str, str], str]]:
    """What is told of each role that changed: to the person and to the others, and the days."""
    found = {role: (_TAKEN, "") for role in before if role not in after}
    found |= {role: (_given(each), _days(each)) for role, each in after.items() if role not in before}
    return found | {
        role: (_DATED, _days(each))
        for role, each in after.items()
        if role in before and (before[role].since, before[role].until) != (each.since, each.until)
    }


def _given(given: Granted) -> tuple[str, str]:
    """What is told of a role that was given, with its days where it has any."""
    person, others = _GIVEN
    return f"{person}{_bounds(given)}", f"{others}{_bounds(given)}"


def _of_account(before: tuple[bool, date | None], after: tuple[bool, date | None]) -> tuple[str, str]:
    if before[0] == after[0]:
        return _ENDS
    return _CLOSED if after[0] else _OPENED


def _watching(session: Session, home: Authority, account: Account, by: Scope) -> list[Member]:
    """All others who audit or administer, now or until lately, whether they are let in or not; mail goes to who is."""
    day = day_of(now())
    roles = {role.id for role in home.roles.values() if not role.capabilities.isdisjoint(WATCHING)}
    found = session.scalars(select(Account).where(Account.authority == home.id, accounts.naming(roles)))
    others = (each for each in found if each.username not in (by.username, account.username))
    return [_member(each, each.is_let_in(day)) for each in others if _watches(each, roles, day)]


def _watches(account: Account, roles: set[str], day: date) -> bool:
    mine = [each for each in account.granted if each.role in roles]
    return any(each.until is None or each.until >= day - _LATELY for each in mine)


def _member(account: Account, mailed: bool = True) -> Member:
    return Member(account.username, account.name, account.username if mailed and "@" in account.username else "")


def _tell(session: Session, account: Account, by: Scope, watching: list[Member], what: tuple[list[str], str]) -> None:
    home = the_engine().config.authorities.get(account.authority)
    if home is None:
        return
    (mine, theirs), details = what
    who = accounts.find(by.username, session)
    text = " ".join(
        filter(
            None, (f"{who.name if who else by.username} has done it.", details, "If you did not expect it, ask them.")
        )
    )
    for whom, subject in (([_member(account)], mine), (watching, theirs)):
        personal.tell(session, home.id, whom, (subject, text), now(), _post(home))


def _post(home: Authority) -> Post | None:
    config = the_engine().config
    return Post(home, accounts.members, config.base_address or config.served_at) if config.mails else None


def _days(given: Granted) -> str:
    since = f"It counts from {said(given.since)}" if given.since else "It counts at once"
    return f"{since}, until {said(given.until)}." if given.until else f"{since}."


def _lasts(account: Account) -> str:
    return f"Its last day is {said(account.until)}." if account.until else ""


def _bounds(given: Granted) -> str:
    """The days of a role behind its name; nothing for one that counts at once and without end."""
    since = f" from {said(given.since)}" if given.since else ""
    return f"{since} until {said(given.until)}" if given.until else since
