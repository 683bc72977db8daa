"""One's own account."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from engine.store.tables import Outbox
from tests.webapp.conftest import Browser, engine_of
from webapp.people import keeping

ANN, OLD, NEW = "ann@council.gov.uk", "correct horse battery", "purple monkey dishwasher"


@pytest.fixture
def ann(app: Flask, browser: Browser) -> Browser:
    """The browser of somebody who is not invented."""
    with app.app_context():
        keeping.keep(ANN, "Ann Newcomer", "barnsley", ["seo"], OLD)
    assert browser.post("/sign-in", username=ANN, password=OLD)[0] == 200
    return browser


def test_it_says_who_one_is_and_in_which_roles(ann: Browser) -> None:
    status, page = ann.get("/account")
    assert status == 200
    assert "Ann Newcomer, who signs in as ann@council.gov.uk" in page
    assert "School Evaluation Officer (SEO)" in page
    assert "With 1 browser," in page


def test_the_name_above_every_page_leads_there(ann: Browser) -> None:
    assert '<a href="/account">Ann Newcomer</a>' in ann.get("/tasks")[1]


def test_a_new_password_ends_every_other_session(app: Flask, ann: Browser) -> None:
    other = Browser(app.test_client())
    other.post("/sign-in", username=ANN, password=OLD)
    status, page = ann.post("/account", current=OLD, password=NEW)
    assert status == 200
    assert "Your password is changed" in page
    assert ann.get("/tasks")[0] == 200, "here one stays"
    assert other.client.get("/tasks").status_code == 302
    assert other.post("/sign-in", username=ANN, password=OLD)[0] == 400
    assert other.post("/sign-in", username=ANN, password=NEW)[0] == 200


@pytest.mark.parametrize(
    ("current", "new", "said"),
    [
        ("", NEW, "Enter your present password"),
        (OLD, "", "Enter a new password"),
        (OLD, "short", "12 characters or more"),
        ("wrong", NEW, "Your present password is another one"),
    ],
)
def test_what_is_wrong_is_said_and_changes_nothing(ann: Browser, current: str, new: str, said: str) -> None:
    status, page = ann.post("/account", current=current, password=new)
    assert status == 400
    assert page.count(said) >= 2, "in the summary and at the field"
    assert "<title>Error: " in page
    assert ann.post("/sign-in", username=ANN, password=OLD)[0] == 200


def test_a_stolen_session_cannot_guess_the_password(ann: Browser) -> None:
    statuses = [ann.post("/account", current=f"wrong {number}", password=NEW)[0] for number in range(6)]
    assert statuses == [400] * 5 + [429]
    assert ann.post("/account", current=OLD, password=NEW)[0] == 429


def test_signing_out_everywhere(app: Flask, ann: Browser) -> None:
    other = Browser(app.test_client())
    other.post("/sign-in", username=ANN, password=OLD)
    assert "You are signed out everywhere" in ann.post("/account/sign-out-everywhere")[1]
    assert ann.client.get("/tasks").status_code == 302
    assert other.client.get("/tasks").status_code == 302


def test_sample_people_keep_the_password_that_the_sign_in_page_says(browser: Browser) -> None:
    assert "it cannot be changed" in browser.sign_in("seo").get("/account")[1]
    assert browser.post("/account", current="pathways", password=NEW)[0] == 403


def mailed(app: Flask) -> list[str]:
    """The paths of the links for a new password that were mailed."""
    with engine_of(app).reading() as session:
        texts = [row.payload["text"] for row in session.scalars(select(Outbox))]
    return re.findall(r"/new-password/[\w.-]+", " ".join(texts))


@pytest.fixture
def newcomer(app: Flask, browser: Browser) -> FlaskClient:
    """The browser of somebody to whom an administrator of the sample has given an account, with no role yet."""
    answer = browser.sign_in("administrator").client.post(
        "/accounts/add", data={"name": "Nia New", "email": "new@example.org"}
    )
    browser.post(f"{answer.headers['Location']}/link")
    [made] = mailed(app)
    client = app.test_client()
    client.post(made, data={"password": "quite long enough here"})
    client.post("/sign-in", data={"username": "new@example.org", "password": "quite long enough here"})
    return client


def test_a_newcomer_of_the_sample_changes_their_password(newcomer: FlaskClient) -> None:
    given = {"current": "quite long enough here", "password": "something else entirely"}
    page = newcomer.post("/account", data=given, follow_redirects=True).get_data(as_text=True)
    assert "Your password is changed" in page


@pytest.mark.parametrize("role", ["headteacher", "clerk", "chair-of-governors"])
def test_people_of_schools_see_where_they_are_signed_in(browser: Browser, role: str) -> None:
    assert "With 1 browser, this one among them" in " ".join(browser.sign_in(role).get("/account")[1].split())


def test_whoever_has_no_role_sees_where_they_are_signed_in(newcomer: FlaskClient) -> None:
    assert "With 1 browser" in newcomer.get("/account").get_data(as_text=True)


def test_to_load_the_page_of_a_new_password_again_makes_no_other_link(app: Flask, browser: Browser) -> None:
    page = browser.sign_in("administrator").client.post("/accounts/1/link")
    assert page.status_code == 302
    first, second = (browser.get(page.headers["Location"])[1] for _ in range(2))
    assert "It is on its way" in first
    assert "It is on its way" not in second
    assert len(mailed(app)) == 1
