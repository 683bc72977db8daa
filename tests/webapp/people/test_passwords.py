"""Passwords as they are kept."""

from __future__ import annotations

import pytest
from flask import Flask
from werkzeug.security import generate_password_hash

from engine import Scope
from tests.webapp.conftest import engine_of
from webapp.people import accounts, passwords, signing_in
from webapp.people.signing_in import Attempt

RIGHT = "correct horse battery"


def test_a_password_is_kept_by_argon2_with_a_salt_of_its_own() -> None:
    first, second = passwords.hashed(RIGHT), passwords.hashed(RIGHT)
    assert first.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert first != second
    assert passwords.fits(first, RIGHT)
    assert not passwords.fits(first, RIGHT + " ")


@pytest.mark.parametrize("kept", [passwords.NONE, "", "$argon2id$broken", "unknown:1$2$3"])
def test_no_password_fits_what_is_no_hash(kept: str) -> None:
    assert not any(passwords.fits(kept, each) for each in ("", "!", RIGHT))


def test_a_hash_of_before_goes_on_working_and_is_made_anew_at_sign_in(app: Flask) -> None:
    name = "seo@barnsley.example.org"
    with app.app_context():
        with engine_of(app).transactions.writing(Scope.all_authorities()) as session:
            account = accounts.find(name, session)
            assert account is not None
            account.password_hash = generate_password_hash("pathways")
        assert signing_in.sign_in(Attempt(name, "wrong")) is None
        assert signing_in.sign_in(Attempt(name, "pathways")) is not None
        account = accounts.find(name)
        assert account is not None
        assert account.password_hash.startswith("$argon2id$")
        assert signing_in.sign_in(Attempt(name, "pathways")) is not None


def test_an_argon2_hash_of_other_parameters_is_old() -> None:
    assert passwords.is_old(passwords.hashed(RIGHT).replace("t=2", "t=1"))
    assert not passwords.is_old(passwords.hashed(RIGHT))


@pytest.mark.parametrize(
    ("password", "said"),
    [
        ("short", "12 characters or more"),
        ("x" * 201, "200 characters or fewer"),
        ("abababababab", "the same few characters"),
        ("Ada Administrator", "your name or email address"),
        ("ada.administrator", "your name or email address"),
        ("my Administrator sleeps", "your name or email address"),
        ("Password2026!", "one that many people have"),
        ("p@ssw0rdp@ssw0rd", "one that many people have"),
        ("WelcomeCouncil1", "one that many people have"),
        ("123456789012", "one that many people have"),
        ("poiuytrewqmnb", "one that many people have"),
        ("9876543210987", "one that many people have"),
        ("three words for ada", ""),
        ("три слова подряд", ""),
        ("summer rain on tin roofs", ""),
        (RIGHT, ""),
    ],
)
def test_what_is_wrong_with_a_password_is_said(password: str, said: str) -> None:
    problem = passwords.problem(password, "Ada Administrator", "ada.administrator@council.gov.uk")
    assert bool(problem) == bool(said)
    assert said in problem
