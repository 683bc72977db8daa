"""Codes of an authenticator app, and those to recover without it."""

from __future__ import annotations

from collections.abc import Iterator

import pyotp
import pytest
from flask import Flask

from tests.engine.running import NOW
from webapp.people import codes
from webapp.people.accounts import Account

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
PRESENT = int(NOW.timestamp()) // codes.STEP


def code(step: int = 0) -> str:
    return pyotp.TOTP(SECRET).at((PRESENT + step) * codes.STEP)


@pytest.fixture
def account(app: Flask) -> Iterator[Account]:
    """An account that asks for codes, and has one recovery code."""
    app.config["WALL"] = app.config["CLOCK"]
    with app.app_context():
        yield Account(
            username="ann@example.org",
            totp=codes.enciphered(SECRET),
            totp_step=-1,
            recovery=[codes.digest("abcd-efgh-jkmn-pqrs")],
        )


@pytest.mark.parametrize(("step", "right"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_code_counts_half_a_minute_before_and_after_its_time(step: int, right: bool) -> None:
    assert (codes.step_of(SECRET, code(step), NOW) is not None) == right


@pytest.mark.parametrize("given", ["", "12", "abcdef", "０１２３４５", "9" * 500, "\udcff"])
def test_what_is_no_code_is_wrong(given: str) -> None:
    assert codes.step_of(SECRET, given, NOW) is None


def test_a_code_may_have_spaces(account: Account) -> None:
    assert codes.use(account, f"{code()[:3]} {code()[3:]}")


def test_a_code_counts_once(account: Account) -> None:
    assert codes.use(account, code())
    assert not codes.use(account, code())
    assert not codes.use(account, code(-1)), "nor one before it"


def test_a_recovery_code_counts_once_however_it_is_written(account: Account) -> None:
    assert codes.use(account, "ABCD efgh-jkmnPQRS")
    assert not codes.use(account, "abcd-efgh-jkmn-pqrs")
    assert account.recovery == []


def test_the_secret_is_not_kept_as_it_is(account: Account) -> None:
    assert SECRET not in (account.totp or "")


def test_with_another_key_of_the_installation_no_code_is_right(app: Flask, account: Account) -> None:
    app.config["SECRET_KEY"] = "another"
    assert not codes.use(account, code())


def test_recovery_codes_are_told_apart_and_cannot_be_guessed() -> None:
    made = codes.new_codes()
    assert len(set(made)) == codes.CODES
    assert all(len(each.replace("-", "")) == codes.LETTERS for each in made)


def test_an_app_reads_the_picture(account: Account) -> None:
    proposed = codes.propose(account, SECRET)
    assert proposed.secret == SECRET
    assert proposed.picture.startswith("data:image/svg+xml")
