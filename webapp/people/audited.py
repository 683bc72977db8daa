"""What a change of an account means to the audit trail, and what is no change: signing in, and being refused."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from engine.audit import About, Draft
from engine.audit.changes import Change
from engine.audit.origin import UNKNOWN
from engine.audit.rules import RULES, Gathered, Rule, Silent, rule

RULES["account_session"] = Silent("told as sign-ins and sign-outs, which say how somebody came in or went")
RULES["sign_in_tries"] = Silent("counts that are forgotten in minutes; each refused try is told")
#: What of an account an entry tells; a password and the digest of a link it never does.
_LEFT_OUT = frozenset(
    {"password_hash", "link", "link_ends", "seen", "sample", "identity", "totp", "totp_step", "recovery", "feed"}
)


@rule("account")
def _account(change: Change, gathered: Gathered) -> Iterator[Draft]:
    """What was done to an account: as one entry for what is seen of it, and one for its password."""
    row = change.made or gathered.session.get(change.table, change["id"])
    if row is None:
        return
    about = {"person": row.username}
    if "password_hash" in change.columns and "seen" not in change.columns:  # else hashed anew while signing in
        yield Draft(row.authority, "password.changed", About(**about))
    if "link" in change.columns and change["link"]:
        yield Draft(row.authority, "password.link", About(**about))
    yield from (Draft(row.authority, kind, About(**about)) for kind in (*_of_codes(change), *_of_feed(change)))
    made = Rule("account.added", _kind(change), "account.removed", left_out=_LEFT_OUT, about=lambda _: about)
    yield from (replace(each, authority=row.authority) for each in made(change, gathered))


def _of_codes(change: Change) -> Iterator[str]:
    """What was done to the second factor of an account, which is there already."""
    if change.how != "changed":
        return
    if "totp" in change.columns:
        yield "codes.begun" if change["totp"] else "codes.ended"
    elif "recovery" in change.columns:
        yield "codes.recovery"


def _of_feed(change: Change) -> Iterator[str]:
    """What was done to the calendar feed of an account, which is there already."""
    if change.how == "changed" and "feed" in change.columns:
        yield "feed.begun" if change["feed"] else "feed.ended"


def _kind(change: Change) -> str:
    if "closed" in change.columns and change.how == "changed":
        return "account.closed" if change["closed"] else "account.reopened"
    return "account.roles" if "grants" in change.columns else "account.changed"


def signed_in(authority: str, username: str, with_: str = "") -> Draft:
    """Somebody signed in: with their password, or with an account of another provider, by its name."""
    after = {"with": with_} if with_ else {}
    return Draft(authority, "sign-in.succeeded", About(person=username), after=after, by=username)


def signed_out(authority: str, username: str) -> Draft:
    """Somebody signed out of one browser."""
    return Draft(authority, "sign-in.ended", About(person=username), by=username)


def forced_out(authority: str, username: str, browsers: int) -> Draft:
    """Somebody was signed out everywhere: by themselves, an administrator, or because their roles or password changed."""
    return Draft(authority, "sign-in.forced", About(person=username), after={"browsers": browsers})


def refused(authority: str, username: str, why: str) -> Draft:
    """Somebody was not let in. A name that nobody has is not kept, since people type passwords there by mistake."""
    about = About(person=username, subject="" if username else "a name that nobody has")
    return Draft(authority, "sign-in.refused", about, why=why, who_kind=UNKNOWN)
