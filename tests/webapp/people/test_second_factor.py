"""The second factor of one's own account: only whoever knows the password changes it, and not by trying for ever."""

from __future__ import annotations

from collections.abc import Iterator

import pyotp
import pytest
from flask import Flask

from webapp.people import accounts, keeping, second_factor
from webapp.people.accounts import Account
from webapp.people.signing_in import TooManyTries

ANN, PASSWORD, SECRET = "ann@council.gov.uk", "correct horse battery", "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.fixture
def ann(app: Flask) -> Iterator[Account]:
    app.config["WALL"] = app.config["CLOCK"]
    with app.test_request_context():
        keeping.keep(ANN, "Ann Newcomer", "barnsley", ["seo"], PASSWORD)
        found = accounts.find(ANN)
        assert found is not None
        yield found


def test_a_wrong_password_changes_nothing(app: Flask, ann: Account) -> None:
    code = pyotp.TOTP(SECRET).at(app.config["CLOCK"].now())
    assert second_factor.set_up(ann, "wrong", SECRET, code) is None
    assert second_factor.renew(ann, "wrong") is None
    assert not second_factor.remove(ann, "wrong")


def test_wrong_passwords_are_counted(ann: Account) -> None:
    for _ in range(5):
        second_factor.remove(ann, "wrong")
    with pytest.raises(TooManyTries):
        second_factor.remove(ann, PASSWORD)


def test_setting_it_up_gives_a_session_and_recovery_codes(app: Flask, ann: Account) -> None:
    code = pyotp.TOTP(SECRET).at(app.config["CLOCK"].now())
    done = second_factor.set_up(ann, PASSWORD, SECRET, code)
    assert done is not None
    assert len(done[1]) == 10
