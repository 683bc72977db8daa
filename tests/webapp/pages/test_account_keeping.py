"""Accounts, as an administrator keeps them."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from lxml import html
from sqlalchemy import select

from engine.store.tables import Outbox
from tests.webapp.conftest import Browser, engine_of
from webapp.people import accounts
from webapp.people.access import ROUTES

NEW = "correct horse battery"


@pytest.fixture
def keeper(browser: Browser) -> Browser:
    """The administrator's browser."""
    return browser.sign_in("administrator")


def ident(app: Flask, role: str = "seo") -> int:
    with app.app_context():
        found = accounts.find(f"{role}@barnsley.example.org")
        assert found is not None
        return found.id


def rows(browser: Browser, query: str = "") -> list[str]:
    page = html.fromstring(browser.get(f"/accounts?{query}")[1])
    return [" ".join(row.text_content().split()) for row in page.xpath("//tbody/tr")]


def day(field: str, year: int, month: int, number: int) -> dict[str, str]:
    return {f"{field}-day": str(number), f"{field}-month": str(month), f"{field}-year": str(year)}


def test_they_are_an_administrator_s_alone(keeper: Browser) -> None:
    assert 'href="/accounts"' in keeper.get("/tasks")[1]
    assert {needed for route, needed in ROUTES.items() if route.startswith("accounts.")} == {"administer"}
    assert keeper.sign_in("service-director").get("/accounts")[0] == 403


def test_the_list_has_those_of_the_authority_with_their_roles(keeper: Browser) -> None:
    listed = rows(keeper, "search=sasha")
    assert listed == ["Sasha Example Not yet used seo@barnsley.example.org School Evaluation Officer (SEO) Never"]
    assert rows(keeper, "search=elin") == []


def test_the_list_is_narrowed(app: Flask, keeper: Browser) -> None:
    keeper.post(f"/accounts/{ident(app)}/close")
    assert len(rows(keeper, "role=seo")) == 0
    assert [row.split(" Closed")[0] for row in rows(keeper, "show=closed")] == ["Sasha Example"]
    assert any("Sasha" in row for row in rows(keeper, "show=all&role=seo"))
    assert not any("Administrator " in row for row in rows(keeper, "show=unused&search=administrator"))


def test_somebody_new_comes_in_by_a_link_and_a_role(app: Flask, keeper: Browser) -> None:
    status, page = keeper.post("/accounts/add", name="Ann Newcomer", email="ann@council.gov.uk")
    assert status == 200
    assert "They have an account" in page
    number = re.findall(r"/accounts/(\d+)/role", page)[0]
    assert "The role is saved" in keeper.post(f"/accounts/{number}/role", role="seo")[1]
    page = keeper.post(f"/accounts/{number}/link")[1]
    assert "It is on its way to ann@council.gov.uk" in page
    with engine_of(app).reading() as session:
        texts = [row.payload["text"] for row in session.scalars(select(Outbox))]
    address = next(found[1] for text in texts if (found := re.search(r"http://localhost(/\S*password\S+)", text)))
    assert address not in page, "whoever keeps accounts does not see it"
    ann = Browser(app.test_client())
    assert "For Ann Newcomer" in ann.get(address)[1]
    assert "12 characters or more" in ann.post(address, password="short")[1]
    assert "Your password is changed" in ann.post(address, password=NEW)[1]
    assert ann.get(address)[0] == 410
    assert ann.post(address, password=NEW)[0] == 410
    assert ann.post("/sign-in", username="ann@council.gov.uk", password=NEW)[0] == 200
    assert ann.get("/start")[0] == 200


@pytest.mark.parametrize(
    ("name", "email", "said"),
    [
        ("", "a@b.uk", "Enter their name"),
        ("Ann", "", "Enter an email address in the correct format"),
        ("Ann", "seo@barnsley.example.org", "has an account with this email address already"),
    ],
)
def test_what_is_wrong_with_somebody_new_is_said(keeper: Browser, name: str, email: str, said: str) -> None:
    status, page = keeper.post("/accounts/add", name=name, email=email)
    assert status == 400
    assert page.count(said) == 2


def test_a_role_has_days(app: Flask, keeper: Browser) -> None:
    number = ident(app)
    keeper.post(f"/accounts/{number}/role", role="clerk", **day("since", 2026, 10, 1), **day("until", 2026, 12, 18))
    page = keeper.get(f"/accounts/{number}")[1]
    assert "1 October 2026" in page
    assert "18 December 2026" in page
    assert "Not today" in page
    assert 'value="2026"' in keeper.get(f"/accounts/{number}/role?role=clerk")[1]
    keeper.post(f"/accounts/{number}/role/withdraw", role="clerk")
    assert "1 October 2026" not in keeper.get(f"/accounts/{number}")[1]


@pytest.mark.parametrize(
    ("posted", "said"),
    [
        ({"role": "wizard"}, "Select a role"),
        ({"role": "clerk", **day("since", 2026, 2, 30)}, "Enter a day that there is"),
        ({"role": "clerk", **day("since", 2026, 2, 3), **day("until", 2026, 2, 2)}, "must not be before the first"),
    ],
)
def test_what_is_wrong_with_a_role_is_said(app: Flask, keeper: Browser, posted: dict[str, str], said: str) -> None:
    status, page = keeper.post(f"/accounts/{ident(app)}/role", **posted)
    assert status == 400
    assert page.count(said) == 2


def test_an_account_is_closed_and_opened(app: Flask, keeper: Browser) -> None:
    number = ident(app)
    seo = Browser(app.test_client()).sign_in("seo")
    assert "Signed in now" in keeper.get(f"/accounts/{number}")[1]
    assert "they are signed out" in keeper.post(f"/accounts/{number}/close")[1]
    assert seo.client.get("/tasks").status_code == 302
    assert "The account is open again" in keeper.post(f"/accounts/{number}/open")[1]
    seo.sign_in("seo")


def test_an_account_has_a_last_day(app: Flask, keeper: Browser) -> None:
    number = ident(app)
    status, page = keeper.post(f"/accounts/{number}", **day("until", 2026, 13, 1))
    assert status == 400
    assert "Enter a day that there is" in page
    assert "6 September 2026" in keeper.post(f"/accounts/{number}", **day("until", 2026, 9, 6))[1]
    assert "Ended" in keeper.get(f"/accounts/{number}")[1]
    assert (
        keeper.client.post(
            "/sign-in", data={"username": "seo@barnsley.example.org", "password": "pathways"}
        ).status_code
        == 400
    )


def test_one_s_own_account_is_another_administrator_s(app: Flask, keeper: Browser) -> None:
    number = ident(app, "administrator")
    assert "This is your own account" in keeper.get(f"/accounts/{number}")[1]
    status, page = keeper.post(f"/accounts/{number}/role", role="service-director")
    assert status == 403
    assert "another administrator has to do that" in page
    assert keeper.post(f"/accounts/{number}/close")[0] == 403


def test_an_account_that_there_is_not_is_not_found(keeper: Browser) -> None:
    assert keeper.get("/accounts/99999")[0] == 404
    assert keeper.post("/accounts/99999/close")[0] == 404
