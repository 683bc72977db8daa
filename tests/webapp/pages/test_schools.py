"""The register of schools."""

from __future__ import annotations

from flask import Flask
from lxml import html
from sqlalchemy import update

from engine import Scope, queries
from engine.store.tables import School
from tests.webapp.conftest import Browser, engine_of
from tests.webapp.people.test_audited import trail


def test_the_list_is_searched_by_name_or_urn(browser: Browser) -> None:
    _, page = browser.sign_in("seo").get("/schools")
    assert "25 schools" in page
    assert "Sampleby Community Primary School" in page
    assert "1 school" in browser.get("/schools?search=100002")[1]
    assert "No school of your authority" in browser.get("/schools?search=Hogwarts")[1]


def test_a_school_has_its_fields_its_categories_and_its_cases(app: Flask, browser: Browser) -> None:
    engine = engine_of(app)
    case = engine.cases.start("barnsley-risk-review", authority="barnsley", school="100001")
    task = engine.tasks.open(case)[0]
    asked = ("evaluation", "evaluation_leaders", "evaluation_with", "evaluation_actions")
    engine.tasks.complete(task.id, {"risk_level": "medium", **dict.fromkeys(asked, "Slower than hoped.")})
    _, page = browser.sign_in("seo").get("/schools/100001")
    assert "Sasha Example" in page
    assert "Governing body" in page
    assert "The register" in page
    assert "It stood in the file of the register." in page
    assert "medium" in page
    assert "Monthly review" in page
    assert f"/cases/{case}" in page
    assert browser.get("/schools/999999")[0] == 404
    assert browser.sign_in("seo", "elsewhere").get("/schools/100001")[0] == 404


def categories(browser: Browser) -> list[list[str]]:
    """What the school's page says of its categories, the newest first, without the days."""
    page = html.fromstring(browser.get("/schools/100001")[1])
    rows = page.xpath("//caption[contains(., 'Categories')]/../tbody/tr")
    return [[" ".join(cell.text_content().split()) for cell in row.xpath("td")] for row in rows]


def test_who_sees_no_case_meets_the_present_category_without_its_case(app: Flask, browser: Browser) -> None:
    test_a_school_has_its_fields_its_categories_and_its_cases(app, browser)
    found = categories(browser.sign_in("administrator"))
    assert [found[0], found[1][0]] == [["medium", "Not shown to you", "Not shown to you"], "low"]


def test_a_head_meets_the_categories_of_their_school_alone(app: Flask, browser: Browser) -> None:
    engine = engine_of(app)
    with engine.reading(engine.people.scope("barnsley", (), "headteacher@barnsley.example.org")) as session:
        assert queries.categories(session, "100002") == []


def test_a_closed_school_is_marked_and_not_offered_for_a_new_case(app: Flask, browser: Browser) -> None:
    with engine_of(app).transactions.writing(Scope.all_authorities()) as session:
        session.execute(update(School).where(School.urn == "100001").values(closed=True))
    browser.sign_in("seo")
    assert "Closed" in browser.get("/schools")[1]
    assert "has closed" in browser.get("/schools/100001")[1]
    for page in ("/start/barnsley-escalation", "/start/barnsley-risk-assessment/many"):
        assert 'value="100001"' not in browser.get(page)[1]
        assert 'value="100002"' in browser.get(page)[1]


class TestItsOwnAddress:
    """An administrator changes the school's own address on its page."""

    def change(self, browser: Browser, email: str) -> tuple[int, str]:
        return browser.sign_in("administrator").post("/schools/100001/address", email=email)

    def known(self, app: Flask) -> str:
        with engine_of(app).reading(Scope("barnsley")) as session:
            return queries.school(session, "100001").email

    def test_it_counts_at_once(self, app: Flask, browser: Browser) -> None:
        self.change(browser, " Head-Office@elm.example.org ")
        assert self.known(app) == "head-office@elm.example.org"

    def test_the_trail_says_what_it_was(self, app: Flask, browser: Browser) -> None:
        self.change(browser, "new@example.org")
        [entry] = trail(app, "school.changed")
        said = entry.who, entry.before, entry.after
        assert said == (
            "administrator@barnsley.example.org",
            {"email": "office-100001@example.org"},
            {"email": "new@example.org"},
        )

    def test_it_may_be_taken_away(self, app: Flask, browser: Browser) -> None:
        self.change(browser, "")
        assert self.known(app) == ""

    def test_what_is_no_address_is_told_at_the_field(self, app: Flask, browser: Browser) -> None:
        status, page = self.change(browser, "no address")
        assert status == 400
        assert "Enter an email address in the correct format" in page
        assert self.known(app) == "office-100001@example.org"

    def test_the_school_s_page_leads_there_for_administrators_alone(self, browser: Browser) -> None:
        assert "/schools/100001/address" in browser.sign_in("administrator").get("/schools/100001")[1]
        assert "/schools/100001/address" not in browser.sign_in("seo").get("/schools/100001")[1]
        assert browser.get("/schools/100001/address")[0] == 403
