"""What is done to accounts, beneath the pages."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pyotp
import pytest
from flask import Flask

from engine import Scope
from engine.clock import SystemClock, VirtualClock
from engine.people.files import WrongCell
from webapp.current import the_engine
from webapp.db import db
from webapp.people import accounts, codes, keeping, signing_in
from webapp.people.accounts import Granted
from webapp.people.signing_in import Attempt

BY = Scope("barnsley", frozenset({"administrator"}), "administrator@barnsley.example.org")
ELSEWHERE = Scope("elsewhere", frozenset({"seo"}), "seo@elsewhere.example.org")
SEO, NEW = "seo@barnsley.example.org", "correct horse battery"


@pytest.fixture(autouse=True)
def wall(app: Flask) -> Iterator[VirtualClock]:
    """The application, and the machine's time, which stands still."""
    app.config["WALL"] = clock = VirtualClock(SystemClock().now())
    with app.app_context():
        yield clock


def ident(username: str = SEO) -> int:
    found = accounts.find(username)
    assert found is not None
    return found.id


def test_somebody_who_was_added_has_no_role_and_no_password() -> None:
    added = keeping.invite("  Ann   Newcomer ", " Ann@Council.gov.uk ", BY)
    account = accounts.find("ann@council.gov.uk")
    assert account is not None
    assert (account.id, account.name, account.authority, account.roles) == (added, "Ann Newcomer", "barnsley", [])
    assert signing_in.sign_in(Attempt("ann@council.gov.uk", "!")) is None


@pytest.mark.parametrize(
    ("name", "email", "column"),
    [
        ("", "a@b.uk", "name"),
        ("Ann", "ann", "email"),
        ("Ann", "änn@b.uk", "email"),
        ("Ann\x00", "a@b.uk", "name"),
        ("A" * 201, "a@b.uk", "name"),
        ("Ann", SEO, "email"),
        ("Ann", "seo@elsewhere.example.org", "email"),
    ],
)
def test_who_cannot_be_added_is_said(name: str, email: str, column: str) -> None:
    with pytest.raises(WrongCell) as wrong:
        keeping.invite(name, email, BY)
    assert wrong.value.column == column


def test_who_is_let_in_without_codes_may_enter_codes_of_another_app_at_once(wall: VirtualClock) -> None:
    for _ in range(5):
        signing_in.with_code(ident(), "000000")
    keeping.take_codes_away(ident(), BY)
    with the_engine().transactions.writing(Scope.all_authorities()) as session:
        found = accounts.find(SEO, session)
        assert found is not None
        found.totp = codes.enciphered("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")
    code = pyotp.TOTP("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP").at(wall.now())
    assert signing_in.with_code(ident(), code) is not None


def test_nobody_touches_an_account_of_another_authority() -> None:
    mine = ident()
    for act in (
        lambda: keeping.close(mine, ELSEWHERE),
        lambda: keeping.sign_out(mine, ELSEWHERE),
        lambda: keeping.grant(mine, Granted("administrator"), ELSEWHERE),
        lambda: keeping.link(mine, str, ELSEWHERE),
        lambda: keeping.end_on(mine, None, ELSEWHERE),
        lambda: keeping.withdraw(mine, "seo", ELSEWHERE),
        lambda: keeping.reopen(mine, ELSEWHERE),
    ):
        with pytest.raises(keeping.AccountNotFound):
            act()


def test_nobody_gives_themselves_roles_or_shuts_themselves_out() -> None:
    own = ident(BY.username)
    for act in (
        lambda: keeping.close(own, BY),
        lambda: keeping.grant(own, Granted("service-director"), BY),
        lambda: keeping.link(own, str, BY),
    ):
        with pytest.raises(keeping.OwnAccount):
            act()


def test_an_account_that_was_closed_is_opened_again() -> None:
    keeping.close(ident(), BY)
    assert signing_in.sign_in(Attempt(SEO, "pathways")) is None
    keeping.reopen(ident(), BY)
    assert signing_in.sign_in(Attempt(SEO, "pathways")) is not None


def test_a_role_is_given_changed_and_taken() -> None:
    keeping.grant(ident(), Granted("clerk", date(2026, 9, 8)), BY)
    keeping.grant(ident(), Granted("seo", until=date(2026, 12, 31)), BY)
    account = accounts.find(SEO)
    assert account is not None
    assert account.granted == [Granted("clerk", date(2026, 9, 8)), Granted("seo", until=date(2026, 12, 31))]
    assert account.roles == ["seo"]
    keeping.withdraw(account.id, "seo", BY)
    db.session.remove()
    account = accounts.find(SEO)
    assert account is not None
    assert account.roles == []


def test_a_link_gives_one_new_password_once() -> None:
    made = keeping.link(ident(), str, BY)
    assert keeping.whose(made.token) is not None
    assert keeping.use_link(made.token, NEW)
    assert not keeping.use_link(made.token, "another long password")
    assert signing_in.sign_in(Attempt(SEO, NEW)) is not None
    assert signing_in.sign_in(Attempt(SEO, "pathways")) is None


def test_a_link_takes_the_place_of_the_one_before() -> None:
    first = keeping.link(ident(), str, BY)
    keeping.link(ident(), str, BY)
    assert not keeping.use_link(first.token, NEW)


def test_a_link_ends_after_three_days(wall: VirtualClock) -> None:
    made = keeping.link(ident(), str, BY)
    wall.advance(keeping.MADE - timedelta(seconds=1))
    assert keeping.whose(made.token) is not None
    wall.advance(timedelta(seconds=1))
    assert not keeping.use_link(made.token, NEW)


def test_a_link_ends_with_the_account() -> None:
    made = keeping.link(ident(), str, BY)
    keeping.close(ident(), BY)
    keeping.reopen(ident(), BY)
    assert keeping.whose(made.token) is None


@pytest.mark.parametrize("token", ["", "None", "x"])
def test_a_link_that_was_never_made_is_nobody_s(token: str) -> None:
    assert keeping.whose(token) is None
    assert not keeping.use_link(token, NEW)
