"""Codes of an app on one's account's pages, and when one signs in."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pyotp
import pytest
from flask import Flask

from tests.webapp.conftest import Browser
from tests.webapp.people.test_audited import account_of, trail
from webapp.people import keeping

ANN, PASSWORD = "ann@council.gov.uk", "correct horse battery"
SECOND = timedelta(seconds=30)
KEY = re.compile(r'<strong class="app-written">(\w+)</strong>')


@pytest.fixture
def ann(app: Flask, browser: Browser) -> Browser:
    """The browser of somebody who is not invented, by the clock of the tests."""
    app.config["WALL"] = app.config["CLOCK"]
    with app.app_context():
        keeping.keep(ANN, "Ann Newcomer", "barnsley", ["seo"], PASSWORD)
    assert browser.post("/sign-in", username=ANN, password=PASSWORD)[0] == 200
    return browser


Code = Callable[[], str]


@pytest.fixture
def code(app: Flask, ann: Browser) -> Code:
    """Gives the code that Ann's app shows, who is asked for codes from now on."""
    [secret] = KEY.findall(ann.get("/account/codes")[1])
    made = pyotp.TOTP(secret)

    def now() -> str:
        app.config["CLOCK"].advance(SECOND)
        return made.at(app.config["CLOCK"].now())

    status, page = ann.post("/account/codes/set-up", current=PASSWORD, code=now())
    assert status == 200
    ann.recovery = re.findall(r"(?:[a-z2-9]{4}-){3}[a-z2-9]{4}", page)  # type: ignore[attr-defined]
    return now


def out(app: Flask) -> Browser:
    """Another browser in which the password was entered."""
    other = Browser(app.test_client())
    assert "Enter a code" in other.post("/sign-in?next=/schools", username=ANN, password=PASSWORD)[1]
    return other


class TestSettingUp:
    def test_it_shows_a_picture_and_the_key(self, ann: Browser) -> None:
        page = ann.get("/account/codes")[1]
        assert 'src="data:image/svg+xml' in page
        assert KEY.findall(page) == KEY.findall(ann.get("/account/codes")[1]), "to load it again proposes no other key"

    def test_one_stays_signed_in_and_gets_ten_recovery_codes(self, ann: Browser, code: Code) -> None:
        assert len(ann.recovery) == 10  # type: ignore[attr-defined]
        assert "You are asked for a code of your app, too." in ann.get("/account")[1]

    @pytest.mark.parametrize(
        ("given", "said"),
        [
            ({"code": "000000"}, "Enter your present password"),
            ({"current": PASSWORD}, "Enter the code"),
            ({"current": PASSWORD, "code": "12"}, "The password or the code is wrong"),
        ],
    )
    def test_what_is_wrong_is_said(self, ann: Browser, given: dict[str, str], said: str) -> None:
        ann.get("/account/codes")
        status, page = ann.post("/account/codes/set-up", **given)
        assert (status, said in page) == (400, True)

    def test_sample_people_have_none(self, browser: Browser) -> None:
        assert browser.sign_in("seo").get("/account/codes")[0] == 403

    def test_it_stands_in_the_audit_trail(self, app: Flask, code: Code) -> None:
        assert trail(app, "codes.begun")[-1].person == ANN


class TestSigningIn:
    def test_the_password_alone_lets_nobody_in(self, app: Flask, code: Code) -> None:
        assert out(app).client.get("/tasks").status_code == 302

    def test_a_code_does_and_leads_to_what_was_wanted(self, app: Flask, code: Code) -> None:
        answer = out(app).client.post("/sign-in/code?next=/schools", data={"code": code()})
        assert answer.location == "/schools"

    def test_a_wrong_one_does_not_and_is_told(self, app: Flask, code: Code) -> None:
        status, page = out(app).post("/sign-in/code", code="12")
        assert (status, "The code is wrong, or was used before" in page) == (400, True)
        assert trail(app, "sign-in.refused")[-1].why == "The code was wrong."

    def test_after_five_wrong_ones_the_right_one_waits(self, app: Flask, code: Code) -> None:
        other = out(app)
        for _ in range(5):
            other.post("/sign-in/code", code="12")
        assert other.post("/sign-in/code", code=code())[0] == 429

    def test_a_recovery_code_does_once(self, app: Flask, ann: Browser, code: Code) -> None:
        kept = ann.recovery[0]  # type: ignore[attr-defined]
        assert out(app).client.post("/sign-in/code", data={"code": kept}).status_code == 302
        assert out(app).client.post("/sign-in/code", data={"code": kept}).status_code == 400
        assert trail(app, "codes.recovery")[-1].person == ANN

    def test_without_a_password_there_is_no_page_for_it(self, app: Flask, code: Code) -> None:
        assert app.test_client().post("/sign-in/code", data={"code": code()}).location.startswith("/sign-in")

    def test_a_password_is_entered_again_after_ten_minutes(self, app: Flask, code: Code) -> None:
        other = out(app)
        app.config["CLOCK"].advance(timedelta(minutes=11))
        assert "Enter your password again." in other.post("/sign-in/code", code=code())[1]

    def test_on_a_page_that_is_open_one_is_told_to_use_another_window(self, app: Flask, code: Code) -> None:
        answer = app.test_client().post("/session/sign-in", data={"username": ANN, "password": PASSWORD})
        assert "Your account asks for a code too" in answer.get_json()["message"]


class TestTakingAway:
    def test_whoever_knows_the_password_does(self, app: Flask, ann: Browser, code: Code) -> None:
        assert ann.post("/account/codes/remove", current="wrong")[0] == 400
        assert "not asked for codes any more" in ann.post("/account/codes/remove", current=PASSWORD)[1]
        assert Browser(app.test_client()).post("/sign-in", username=ANN, password=PASSWORD)[0] == 200
        assert trail(app, "codes.ended")[-1].who == ANN

    def test_new_recovery_codes_take_the_place_of_the_old(self, app: Flask, ann: Browser, code: Code) -> None:
        assert ann.post("/account/codes/renew", current=PASSWORD)[0] == 200
        kept = ann.recovery[0]  # type: ignore[attr-defined]
        assert out(app).client.post("/sign-in/code", data={"code": kept}).status_code == 400

    def test_an_administrator_lets_somebody_in_without(self, app: Flask, ann: Browser, code: Code) -> None:
        other = Browser(app.test_client()).sign_in("administrator")
        assert "without codes" in other.post(f"/accounts/{account_of(app, ANN)}/codes")[1]
        assert ann.client.get("/tasks").status_code == 302, "they sign in anew"
        entry = trail(app, "codes.ended")[-1]
        assert (entry.who, entry.person) == ("administrator@barnsley.example.org", ANN)
