"""The second factor of one's own account (webapp/people/codes.py): set up, renewed, taken away, by whoever knows the password."""

from __future__ import annotations

from sqlalchemy.orm import Session

from webapp.current import the_engine, wall
from webapp.people import codes, passwords, sessions, throttle
from webapp.people.accounts import ANYBODY, Account
from webapp.people.signing_in import TooManyTries


def set_up(account: Account, password: str, secret: str, code: str) -> tuple[str, list[str]] | None:
    """Ask for codes of this secret from now on, where somebody knows their password and the app makes the right code.

    The token of their new session, all others having ended, and their recovery codes; None where either is wrong. Raises
    TooManyTries.
    """
    step = codes.step_of(secret, code, wall())
    if not _knows(account, password) or step is None:
        return None
    made = codes.new_codes()
    with the_engine().transactions.writing(ANYBODY, wakes=False) as session:
        mine = session.get_one(Account, account.id)
        mine.totp, mine.totp_step, mine.recovery = codes.enciphered(secret), step, [codes.digest(each) for each in made]
        _forget(session, account)
        sessions.end_all(session, mine)
        return sessions.begin(session, mine.id, mine.authority, wall()), made


def renew(account: Account, password: str) -> list[str] | None:
    """Other recovery codes in place of all before; None where the password is wrong. Raises TooManyTries."""
    if not _knows(account, password):
        return None
    made = codes.new_codes()
    with the_engine().transactions.writing(ANYBODY, wakes=False) as session:
        session.get_one(Account, account.id).recovery = [codes.digest(each) for each in made]
        _forget(session, account)
    return made


def remove(account: Account, password: str) -> bool:
    """Ask for no codes any more; False where the password is wrong. Raises TooManyTries."""
    if not _knows(account, password):
        return False
    with the_engine().transactions.writing(ANYBODY, wakes=False) as session:
        codes.take_away(session.get_one(Account, account.id))
        _forget(session, account)
    return True


def _knows(account: Account, password: str) -> bool:
    """Whether somebody who is signed in knows their password; counted. Raises TooManyTries."""
    with the_engine().transactions.writing(ANYBODY, wakes=False) as session:
        allowed = throttle.allow(session, throttle.of_owner(account.id), wall())
    if not allowed:
        raise TooManyTries
    return passwords.fits(account.password_hash, password)


def _forget(session: Session, account: Account) -> None:
    throttle.forget(session, throttle.of_owner(account.id), wall())
