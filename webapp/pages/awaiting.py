"""What waits for whoever administers an authority (tasks of people who have left, gaps in the register of people), and for
whoever looks after its records: what is due for deletion, holds to be looked at again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from flask import url_for
from flask_login import current_user
from sqlalchemy import select

from engine import queries
from engine.queries import PeopleFilters, retention
from webapp.current import the_engine
from webapp.db import db
from webapp.pages.school_people import missing, today
from webapp.people.accounts import Account


@dataclass(frozen=True)
class Awaiting:
    """Something that waits, and the address at which it is mended."""

    said: str
    address: str


def awaiting() -> list[Awaiting]:
    """What waits for this person; nothing for who neither administers nor looks after records."""
    found: list[Awaiting] = []
    if current_user.may("administer"):
        found += [*_leavers(), *_people(), *_schools()]
    return [*found, *_records()] if current_user.may("records") else found


def _leavers() -> Iterator[Awaiting]:
    """Who cannot do their tasks any more: those who manage cases move them, everybody else sees whose they are."""
    left = the_engine().tasks.stranded(current_user.authority)
    if left:
        manages = current_user.may("manage")
        held = _of(sum(len(each.tasks) for each in left), "task", "tasks")
        said = f"{_of(len(left), 'leaver holds', 'leavers hold')} {held}"
        address = url_for("hands.index") if manages else url_for("accounts.index", show="closed")
        yield Awaiting(said if manages else f"{said}: ask those who manage cases to move them", address)


def _people() -> Iterator[Awaiting]:
    """People of schools who cannot sign in, and those whom no mail reaches."""
    session, day = db.session(), today()
    accounts = select(Account.username).where(Account.authority == current_user.authority)
    no_account = queries.number_of_people(session, PeopleFilters(unlike=accounts, ended_before=day))
    if no_account:
        said = f"{_of(no_account, 'person of a school has', 'people of schools have')} no account"
        yield Awaiting(said, url_for("people.index", show="no-account"))
    no_address = queries.number_of_people(session, PeopleFilters(no_address=True, ended_before=day))
    if no_address:
        said = f"{_of(no_address, 'person of a school has', 'people of schools have')} no email address"
        yield Awaiting(said, url_for("people.index", show="no-address"))


def _schools() -> Iterator[Awaiting]:
    if lacks := len(missing()):
        yield Awaiting(f"{_of(lacks, 'school has', 'schools have')} no head or no chair", url_for("people.lacking"))


def _records() -> Iterator[Awaiting]:
    """Cases whose deletion is to be decided, and legal holds whose day to be looked at again has come."""
    session = db.session()
    if due := sum(number for _, number in retention.due_for_deletion(session, current_user.authority)):
        yield Awaiting(f"{_of(due, 'case is', 'cases are')} due for deletion", url_for("retention.index"))
    if again := retention.holds_to_look_at(session, today()):
        said = f"{_of(again, 'legal hold is', 'legal holds are')} to be looked at again"
        yield Awaiting(said, url_for("holds.index"))


def _of(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"
