"""Signing somebody in: counted, looked at in the same time whoever it is, and kept on the server."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.audit import Draft, record
from webapp.current import the_engine, wall
from webapp.people import accounts, audited, codes, passwords, sessions, throttle
from webapp.people.accounts import ANYBODY, Account


@dataclass(frozen=True)
class Attempt:
    """What somebody typed, from which address, and the cookie of a browser that its owner has used (else nothing)."""

    username: str
    password: str
    address: str = ""
    browser: str = ""


class CodeNeeded(Exception):
    """The password was right, and the account asks for a code of an app too."""

    def __init__(self, account_id: int) -> None:
        super().__init__()
        self.account_id = account_id


class TooManyTries(Exception):
    """There were too many wrong passwords; whether there is such a name is not said."""


def sign_in(attempt: Attempt) -> Account | None:
    """The account, with a session of its own, when the password is right. Raises TooManyTries, and CodeNeeded.

    The password is looked at outside any transaction, since that takes as long as many of them; the try was counted before.
    """
    counted = throttle.of_sign_in(attempt.username, attempt.address, attempt.browser)
    transactions = the_engine().transactions
    with transactions.writing(ANYBODY, wakes=False) as session:
        at_limit = partial(_tell_of_too_many, session, attempt)
        allowed = throttle.allow(session, counted, wall(), at_limit)
    if not allowed:
        raise TooManyTries
    with transactions.reading() as session:
        account = accounts.find(attempt.username, session)
    why = _against(account, attempt)
    if account is None or why:
        the_engine().audit.note([_refused(account, why)], ANYBODY)
        return None
    if account.totp is not None:
        raise CodeNeeded(account.id)
    return _begin(account.id, attempt, counted)


def with_code(account_id: int, code: str) -> Account | None:
    """The account, with a session of its own, of somebody whose password was right, when a code is right too. Raises
    TooManyTries."""
    transactions, counted = the_engine().transactions, throttle.of_code(account_id)
    with transactions.writing(ANYBODY, wakes=False) as session:
        allowed = throttle.allow(session, counted, wall())
    if not allowed:
        raise TooManyTries
    with transactions.writing(ANYBODY, wakes=False) as session:
        account = session.scalar(select(Account).where(Account.id == account_id).with_for_update())
        if account is None or not accounts.admitted(account) or account.totp is None:
            return None
        if not codes.use(account, code):
            record(session, _refused(account, "The code was wrong."))
            return None
        throttle.forget(session, counted, wall())
        account.seen = wall()
        account.token = sessions.begin(session, account.id, account.authority, wall())
        record(session, audited.signed_in(account.authority, account.username, "a password and a code"))
    return account


def _against(account: Account | None, attempt: Attempt) -> str:
    """What stands against letting somebody in, for the audit trail; the same time is taken whatever it is."""
    if account is None or not accounts.admitted(account) or account.password_hash == passwords.NONE:
        passwords.waste(attempt.password)
        return "There is no such account." if account is None else "The account lets nobody in."
    return "" if passwords.fits(account.password_hash, attempt.password) else "The password was wrong."


def _refused(account: Account | None, why: str) -> Draft:
    return audited.refused(account.authority if account else "", account.username if account else "", why)


def _tell_of_too_many(session: Session, attempt: Attempt) -> None:
    """Of tries past the limit the first alone is told: whoever goes on for a night must not fill the trail."""
    record(session, _refused(accounts.find(attempt.username, session), "There were too many tries."))


def _begin(account_id: int, attempt: Attempt, counted: list[throttle.Counted]) -> Account | None:
    """Begin a session of an account whose password was right; nobody's when it was closed meanwhile."""
    with the_engine().transactions.writing(ANYBODY, wakes=False) as session:
        account = session.get_one(Account, account_id)
        if not accounts.admitted(account):
            return None
        throttle.forget(session, counted, wall())
        if passwords.is_old(account.password_hash):
            account.password_hash = passwords.hashed(attempt.password)
        account.seen = wall()
        account.token = sessions.begin(session, account.id, account.authority, wall())
        record(session, audited.signed_in(account.authority, account.username))
    return account


def sign_out(account: Account) -> None:
    """End the session of the browser with which somebody is signed in."""
    with the_engine().transactions.writing(ANYBODY, wakes=False) as session:
        sessions.end(session, account, account.token)
