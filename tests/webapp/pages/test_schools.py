"""The register of schools."""

from __future__ import annotations

from flask import Flask
from sqlalchemy import update

from engine import Scope
from engine.store.tables import School
from tests.webapp.conftest import Browser, engine_of


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


def test_a_closed_school_is_marked_and_not_offered_for_a_new_case(app: Flask, browser: Browser) -> None:
    with engine_of(app).transactions.writing(Scope.all_authorities()) as session:
        session.execute(update(School).where(School.urn == "100001").values(closed=True))
    browser.sign_in("seo")
    assert "Closed" in browser.get("/schools")[1]
    assert "has closed" in browser.get("/schools/100001")[1]
    for page in ("/start/barnsley-escalation", "/start/barnsley-risk-assessment/many"):
        assert 'value="100001"' not in browser.get(page)[1]
        assert 'value="100002"' in browser.get(page)[1]
