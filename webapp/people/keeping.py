"""What is done to accounts: by an administrator to those of their authority, and by people to their own."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from engine.errors import PathwaysError
from engine.people.files import WrongCell, is_address
from engine.store.sealed import SECRETS
from engine.store.tables import Outbox
from engine.store.tenancy import Scope
from webapp.current import now, the_engine, wall
from webapp.people import accounts, codes, passwords, powers, sessions, throttle
from webapp.people.accounts import ANYBODY, Account, Granted
from webapp.people.signing_in import TooManyTries

#: How long a link for a new password can be used: one that somebody asked for, and one that an administrator made.
ASKED, MADE = timedelta(hours=1), timedelta(days=3)


class AccountNotFound(PathwaysError):
    """There is no account {account} in this authority."""


class AccountElsewhere(PathwaysError):
    """The account {account} is of the authority {authority}. Nothing was changed: close it there, and give them one with another
    address here."""


class OwnAccount(PathwaysError):
    """This is your own account, so another administrator has to do that. Nothing was changed."""


@dataclass(frozen=True)
class Link:
    """A link for a new password: its token, for whom, and the address to which it was sent (empty: to nobody)."""

    token: str
    username: str
    sent_to: str


def invite(name: str, username: str, by: Scope) -> int:
    """Give somebody an account with no role and no password yet; its id. Raises WrongCell."""
    name, username = " ".join(name.split()), username.strip().lower()
    if not name:
        raise WrongCell("name", "Enter their name")
    if not is_address(username) or not username.isascii():
        raise WrongCell("email", "Enter an email address in the correct format, like name@example.org")
    for field, text in (("name", name), ("email", username)):
        if len(text) > 200 or not text.isprintable():
            raise WrongCell(field, "Use 200 characters or fewer, and none that cannot be read")
    with the_engine().transactions.writing(by, wakes=False) as session:
        if accounts.find(username, session) is not None:
            raise WrongCell("email", "Somebody has an account with this email address already")
        account = Account(
            username=username,
            name=name,
            authority=by.authority,
            grants=[],
            password_hash=passwords.NONE,
            sample=the_engine().config.sample,
            closed=False,
        )
        session.add(account)
        session.flush()
        return account.id


def keep(username: str, name: str, authority: str, roles: Iterable[str], password: str) -> None:
    """Give a person an account by the command line; one that exists gets this name, password and these roles, and signs in anew.

    Whatever is done to a role that lets them see more than their tasks is told. Raises AccountElsewhere.
    """
    with the_engine().transactions.writing(ANYBODY, wakes=False) as session:
        account = accounts.find(username, session)
        if account is None:
            account = Account(
                username=username.strip().lower(), name=name, authority=authority, grants=[], sample=False, closed=False
            )
            account.password_hash = passwords.NONE
            session.add(account)
            session.flush()
        elif account.authority != authority:
            raise AccountElsewhere(account=account.username, authority=account.authority)
        else:
            account.feed = None
            sessions.end_all(session, account)
        with powers.watched(session, account, replace(ANYBODY, username="The command line")):
            account.grants = [Granted(role).stored() for role in sorted(roles)]
            account.closed, account.until = False, None
        account.name, account.password_hash, account.link = name, passwords.hashed(password), None


def grant(account_id: int, given: Granted, by: Scope) -> None:
    """Give somebody a role, or other days for one that they have; they sign in anew. Whatever is done to a role that lets them
    see more than their tasks is told (webapp/people/powers.py). Raises AccountNotFound, OwnAccount."""
    with the_engine().transactions.writing(by, wakes=False) as session:
        account = _of_another(session, account_id, by)
        rest = [each for each in account.granted if each.role != given.role]
        with powers.watched(session, account, by):
            account.grants = [each.stored() for each in sorted([*rest, given], key=lambda each: each.role)]
        sessions.end_all(session, account)


def withdraw(account_id: int, role: str, by: Scope) -> None:
    """Take a role from somebody; they sign in anew. Raises AccountNotFound, OwnAccount."""
    with the_engine().transactions.writing(by, wakes=False) as session:
        account = _of_another(session, account_id, by)
        with powers.watched(session, account, by):
            account.grants = [each.stored() for each in account.granted if each.role != role]
        sessions.end_all(session, account)


def close(account_id: int, by: Scope) -> None:
    """Let somebody in no more, and sign them out everywhere. Raises AccountNotFound, OwnAccount."""
    with the_engine().transactions.writing(by, wakes=False) as session:
        account = _of_another(session, account_id, by)
        with powers.watched(session, account, by):
            account.closed, account.link = True, None
        _shut_out(session, account)


def reopen(account_id: int, by: Scope) -> None:
    """Let somebody in again whose account was closed or has ended. Raises AccountNotFound, OwnAccount."""
    with the_engine().transactions.writing(by, wakes=False) as session:
        account = _of_another(session, account_id, by)
        with powers.watched(session, account, by):
            account.closed, account.until, account.feed = False, None, None


def end_on(account_id: int, last: date | None, by: Scope) -> None:
    """Let somebody in until a day, which is counted. Raises AccountNotFound, OwnAccount."""
    with the_engine().transactions.writing(by, wakes=False) as session:
        account = _of_another(session, account_id, by)
        with powers.watched(session, account, by):
            account.until = last


def take_codes_away(account_id: int, by: Scope) -> None:
    """Let somebody in without codes who has lost their app, however many wrong ones were tried, and sign them out everywhere.

    Raises AccountNotFound, OwnAccount.
    """
    with the_engine().transactions.writing(by, wakes=False) as session:
        account = _of_another(session, account_id, by)
        codes.take_away(account)
        powers.without_codes(session, account, by)
        throttle.forget(session, throttle.of_code(account_id), wall())
        _shut_out(session, account)


def begin_feed(mine: Account) -> str:
    """Make the key of somebody's calendar feed, which takes the place of any other: kept as a digest, told this once."""
    key = sessions.new_token()
    with the_engine().transactions.writing(ANYBODY, wakes=False) as session:
        session.get_one(Account, mine.id).feed = sessions.digest(key)
    return key


def end_feed(mine: Account) -> None:
    """Let nobody read somebody's calendar feed any more."""
    with the_engine().transactions.writing(ANYBODY, wakes=False) as session:
        session.get_one(Account, mine.id).feed = None


def sign_out(account_id: int, by: Scope) -> None:
    """Sign somebody out everywhere, and end the address of their calendar. Raises AccountNotFound."""
    with the_engine().transactions.writing(by, wakes=False) as session:
        _shut_out(session, _account(session, account_id))


def link(account_id: int, where: Callable[[str], str], by: Scope) -> Link:
    """Make a link for a new password, which takes the place of any other, and mail it where mails are sent.

    ``where`` gives the address of the page for a token. Raises AccountNotFound, OwnAccount.
    """
    with the_engine().transactions.writing(by) as session:
        return _link(session, _of_another(session, account_id, by), where, MADE)


def ask_for_link(username: str, where: Callable[[str], str], address: str) -> None:
    """Mail somebody a link for a new password, who asks for it; nobody learns whether there is such a name.

    Raises TooManyTries.
    """
    with the_engine().transactions.writing(ANYBODY, wakes=False) as session:
        allowed = throttle.allow(session, throttle.of_link(username, address), wall())
    if not allowed:
        raise TooManyTries
    with the_engine().transactions.writing(ANYBODY) as session:
        account = accounts.find(username, session)
        if account is not None and _may_ask(account) and can_mail():
            _link(session, account, where, ASKED)


def _may_ask(account: Account) -> bool:
    """Whether a link for a new password is sent to whoever asks: not for an account that another provider alone signs in, which
    would let in somebody whom the provider does not any more."""
    elsewhere = account.identity is not None and account.password_hash == passwords.NONE
    return accounts.admitted(account) and not elsewhere


def can_mail() -> bool:
    """Whether mails are sent here."""
    return the_engine().config.mails


def _link(session: Session, account: Account, where: Callable[[str], str], lasts: timedelta) -> Link:
    token = sessions.new_token()
    account.link, account.link_ends = sessions.digest(token), wall() + lasts
    sent_to = account.username if can_mail() and is_address(account.username) else ""
    if sent_to:
        session.add(_mail(account, where(token), lasts))
    return Link(token, account.username, sent_to)


def _mail(account: Account, address: str, lasts: timedelta) -> Outbox:
    hours = int(lasts.total_seconds() // 3600)
    text = (
        f"{account.name},\n\nchoose a new password for Pathways here:\n\n{address}\n\n"
        f"The link can be used once, within {'an hour' if hours == 1 else f'{hours} hours'}. "
        "If you did not ask for it, do nothing: your password stays as it is."
    )
    return Outbox(
        authority=account.authority,
        instance_id=None,
        kind="mail",
        key=f"password-{account.link}",
        created=now(),
        next_try=now(),
        status="waiting",
        attempts=0,
        payload={
            "to": account.username,
            "subject": "A new password for Pathways",
            "text": text,
            SECRETS: [address],
        },
    )


def whose(token: str) -> Account | None:
    """Whose new password a link is for; nobody's once it was used, has expired or the account is closed."""
    with the_engine().transactions.reading() as session:
        return _whose(session, token)


def _whose(session: Session, token: str) -> Account | None:
    mine = select(Account).where(Account.link == sessions.digest(token), Account.link_ends > wall())
    found = session.scalar(mine)
    return found if found is not None and accounts.admitted(found) else None


def use_link(token: str, password: str) -> bool:
    """Give the owner of a link a new password, and sign them out everywhere; False where it cannot be used (any more)."""
    kept = passwords.hashed(password)
    with the_engine().transactions.writing(ANYBODY, wakes=False) as session:
        account = _whose(session, token)
        if account is None:
            return False
        # The UPDATE itself says "while it is there": of two who use a link at once, one does.
        used = update(Account).where(Account.id == account.id, Account.link == sessions.digest(token))
        done = session.execute(used.values(password_hash=kept, link=None).execution_options(synchronize_session=False))
        if not getattr(done, "rowcount", 0):
            return False
        _shut_out(session, account)
        return True


def change_password(account: Account, current: str, new: str) -> str | None:
    """Give somebody the password that they chose, who knows their present one; the token of their new session.

    All their other sessions end. None when the present password is wrong. Raises TooManyTries.
    """
    transactions, counted = the_engine().transactions, throttle.of_owner(account.id)
    with transactions.writing(ANYBODY, wakes=False) as session:
        allowed = throttle.allow(session, counted, wall())
    if not allowed:
        raise TooManyTries
    if not passwords.fits(account.password_hash, current):
        return None
    kept = passwords.hashed(new)
    with transactions.writing(ANYBODY, wakes=False) as session:
        throttle.forget(session, counted, wall())
        mine = session.get_one(Account, account.id)
        mine.password_hash, mine.link = kept, None
        _shut_out(session, mine)
        return sessions.begin(session, mine.id, mine.authority, wall())


def sign_out_everywhere(account: Account) -> None:
    """End all of somebody's own sessions, and the address of their calendar."""
    with the_engine().transactions.writing(ANYBODY, wakes=False) as session:
        _shut_out(session, session.get_one(Account, account.id))


def _shut_out(session: Session, account: Account) -> None:
    """Whoever is signed in as somebody, or reads their calendar by its address, does so no more. The caller commits."""
    account.feed = None
    sessions.end_all(session, account)


def _account(session: Session, account_id: int) -> Account:
    found = session.get(Account, account_id)
    if found is None:
        raise AccountNotFound(account=account_id)
    return found


def _of_another(session: Session, account_id: int, by: Scope) -> Account:
    """An account that is not the administrator's own: nobody gives roles to themselves, or shuts themselves out."""
    found = _account(session, account_id)
    if found.username == by.username:
        raise OwnAccount()
    return found
