"""The register of people, as an administrator keeps it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from lxml import html

from engine.clock import VirtualClock
from engine.configuration.roles import check_role
from tests.webapp.conftest import Browser, engine_of
from webapp.people.access import ROUTES

NEW = {
    "name": "Ann Newcomer",
    "email": "Ann@example.org",
    "role": "headteacher",
    "place": "school:100010",
    "from-day": "1",
    "from-month": "9",
    "from-year": "2026",
}
PAGES = ("/people", "/people/missing", "/people/add", "/people/1", "/people/1/move")


@pytest.fixture
def keeper(browser: Browser) -> Browser:
    """The administrator's browser."""
    return browser.sign_in("administrator")


def rows(browser: Browser, query: str = "") -> list[str]:
    """The entries that the list shows, each in a line."""
    page = html.fromstring(browser.get(f"/people?{query}")[1])
    return [" ".join(row.text_content().split()) for row in page.xpath("//tbody/tr")]


def confined(app: Flask, username: str) -> frozenset[str] | None:
    """The schools that somebody sees today."""
    return engine_of(app).people.scope("barnsley", (), username).confined


def day(field: str, year: int, month: int, number: int) -> dict[str, str]:
    """What a date input sends."""
    return {f"{field}-day": str(number), f"{field}-month": str(month), f"{field}-year": str(year)}


def test_the_administrator_s_navigation_leads_there(keeper: Browser) -> None:
    assert 'href="/people"' in keeper.get("/tasks")[1]
    assert 'href="/people"' not in keeper.sign_in("seo").get("/tasks")[1]


@pytest.mark.parametrize("role", ["seo", "service-director", "headteacher"])
def test_nobody_else_keeps_the_register(browser: Browser, role: str) -> None:
    assert {browser.sign_in(role).get(address)[0] for address in PAGES} == {403}
    assert {needed for route, needed in ROUTES.items() if route.startswith("people.")} == {"administer"}


def test_another_authority_s_administrator_finds_nothing(browser: Browser) -> None:
    browser.sign_in("seo", "elsewhere")
    assert rows(browser) == []
    assert [browser.get(address)[0] for address in PAGES[3:]] == [404, 404]
    assert browser.post("/people/1", name="X")[0] == 404


@pytest.mark.parametrize(
    ("search", "found"),
    [("Nia Mocking", 1), ("100021", 6), ("mythwell", 6), ("head-100021@", 1), ("Fictionbridge", 2), ("nobody", 0)],
)
def test_people_are_found_by_name_school_urn_address_and_diocese(keeper: Browser, search: str, found: int) -> None:
    assert len(rows(keeper, f"search={search}")) == found


def test_who_has_no_account_and_no_address_is_shown(app: Flask, keeper: Browser) -> None:
    assert "Bea Examplesworth" in " ".join(rows(keeper, "show=no-account&search=100002"))
    assert rows(keeper, "show=no-account&search=Holly") == []
    assert {row.split(",")[0] for row in rows(keeper, "show=no-address")} == {"Jay Inventley"}
    line = "email,username,name,role,school,from\n,ann,Ann Newcomer,headteacher,100010,2026-01-01\n"
    engine_of(app).people.import_file(line.encode(), "barnsley")
    assert {row.split(",")[0] for row in rows(keeper, "show=no-address")} == {"Ann Newcomer", "Jay Inventley"}


def test_somebody_is_added(app: Flask, keeper: Browser) -> None:
    status, page = keeper.post("/people/add", **NEW)
    assert status == 200
    assert "They are on the register." in page
    assert confined(app, "ann@example.org") == {"100010"}


def test_a_diocese_s_person_is_added_without_one_of_its_schools(app: Flask, keeper: Browser) -> None:
    place = {"place": "diocese:Diocese of Fictionbridge (Roman Catholic)", "except": "100011"}
    keeper.post("/people/add", **{**NEW, "role": "diocesan-representative", **place})
    assert confined(app, "ann@example.org") == {"100003", "100022"}


@pytest.mark.parametrize(
    ("wrong", "said", "field"),
    [
        ({"name": ""}, "Enter their name", "#name"),
        ({"email": ""}, "Enter their email address", "#email"),
        ({"email": "ann"}, "“ann” is no e-mail address.", "#email"),
        ({"role": ""}, "Select a role", "#role"),
        ({"role": "seo"}, "counts for all schools", "#role"),
        ({"place": ""}, "Select a school, a diocese or a trust", "#place"),
        ({"place": "school:1"}, "No school of the register has the URN 1.", "#place"),
        ({"except": "100002"}, "Only of a diocese's or a trust's schools", "#except"),
        (day("from", 2026, 2, 30), "is no day such as", "#from-day"),
        ({"from-day": "", "from-month": "", "from-year": ""}, "Enter the first day", "#from-day"),
        (day("until", 2026, 8, 31), "Its last day is before its first.", "#until-day"),
    ],
)
def test_what_is_wrong_is_said_beside_all_that_was_entered(
    app: Flask, keeper: Browser, wrong: dict[str, Any], said: str, field: str
) -> None:
    status, text = keeper.post("/people/add", **{**NEW, **wrong})
    page = html.fromstring(text)
    [problem] = page.xpath("//div[contains(@class, 'govuk-error-summary')]//a")
    assert status == 400
    assert said in problem.text_content()
    assert problem.get("href") == field
    assert page.xpath(f"//*[@id='{field[1:]}']"), "the link leads to the field"
    assert page.xpath("//*[@id='name']/@value | //*[@id='email']/@value")
    assert confined(app, "ann@example.org") == frozenset()


def test_an_entry_is_changed_and_ended(app: Flask, keeper: Browser, clock: VirtualClock) -> None:
    [holly] = [
        row
        for row in html.fromstring(keeper.get("/people?search=100022")[1]).xpath("//tbody//a")
        if "Holly" in row.text
    ]
    address = holly.get("href")
    assert 'value="2019"' in keeper.get(address)[1]
    entry = {"name": "Holly Newname", "email": "holly@example.org", **day("from", 2019, 9, 1)}
    keeper.post(address, **entry, **day("until", 2026, 9, 7))
    assert "Holly Newname" in " ".join(rows(keeper, "search=100022"))
    assert confined(app, "headteacher@barnsley.example.org") == {"100001", "100022"}, "the last day"
    clock.advance(timedelta(days=1))
    assert confined(app, "headteacher@barnsley.example.org") == {"100001"}
    assert "Holly" not in " ".join(rows(keeper, "search=100022"))
    assert "Ended" in " ".join(rows(keeper, "search=100022&show=all"))


def test_somebody_moves_to_another_school_from_a_day(app: Flask, keeper: Browser, clock: VirtualClock) -> None:
    [nia] = html.fromstring(keeper.get("/people?search=Nia Mocking")[1]).xpath("//tbody//a/@href")
    status, page = keeper.post(f"{nia}/move", place="school:100010", **day("from", 2019, 9, 1))
    assert status == 400
    assert "The role is not held on the day before the move." in page
    keeper.post(f"{nia}/move", place="school:100010", **day("from", 2026, 9, 8))
    assert confined(app, "head-100021@barnsley.example.org") == {"100021"}
    clock.advance(timedelta(days=1))
    assert confined(app, "head-100021@barnsley.example.org") == {"100010"}


def test_a_school_without_a_head_is_listed_until_it_has_one(keeper: Browser, clock: VirtualClock) -> None:
    assert "Each open school has both." in keeper.get("/people/missing")[1]
    [nia] = html.fromstring(keeper.get("/people?search=Nia Mocking")[1]).xpath("//tbody//a/@href")
    keeper.post(f"{nia}/move", place="school:100010", **day("from", 2026, 9, 8))
    clock.advance(timedelta(days=1))
    page = html.fromstring(keeper.get("/people/missing")[1])
    [missing] = page.xpath("//tbody/tr")
    assert "Mythwell Foundation Primary School" in missing.text_content()
    [add] = missing.xpath(".//a/@href")
    form = html.fromstring(keeper.get(add)[1])
    assert form.xpath("//select[@id='place']//option[@selected]/@value") == ["school:100021"]
    assert form.xpath("//select[@id='role']//option[@selected]/@value") == ["headteacher"]


class TestLinkAdvisers:
    """They are shown, named, moved and ended as the people of a school are."""

    @pytest.fixture
    def named(self, keeper: Browser) -> Browser:
        """Another one from a day in the future."""
        given = {"name": "Sasha Example", "email": "seo@barnsley.example.org", "role": "link-adviser"}
        keeper.post("/people/add", **{**given, "place": "school:100010", **day("from", 2027, 1, 4)})
        return keeper

    def test_the_school_s_page_leads_to_the_form(self, keeper: Browser) -> None:
        assert 'href="/people/add?urn=100010&amp;role=link-adviser"' in keeper.get("/schools/100010")[1]

    def test_the_form_has_the_role_chosen(self, keeper: Browser) -> None:
        page = html.fromstring(keeper.get("/people/add?urn=100010&role=link-adviser")[1])
        assert page.xpath("//select[@name='role']/option[@selected]/@value") == ["link-adviser"]

    def test_the_list_says_from_when_until_when(self, named: Browser) -> None:
        lines = [line for line in rows(named, "search=100010") if "Link adviser" in line]
        assert ["3 January 2027" in lines[0], "4 January 2027 Not yet" in lines[1]] == [True, True]

    def test_the_school_s_page_names_today_s(self, named: Browser) -> None:
        page = html.fromstring(named.get("/schools/100010")[1])
        [value] = page.xpath("//dt[normalize-space()='Link adviser']/following-sibling::dd")
        assert value.text_content().strip() == "Jay Inventley"

    def test_a_role_of_an_authority_has_another_id(self, keeper: Browser) -> None:
        assert check_role({"id": "link-adviser", "name": "Adviser"})["id"].startswith("Use small letters")
