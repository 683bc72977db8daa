"""Starting a case."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from engine import queries
from tests.webapp.conftest import CONCERN, Browser, engine_of


def test_a_school_that_does_not_exist_starts_nothing(app: Flask, browser: Browser) -> None:
    status, page = browser.sign_in("seo").post("/start/barnsley-escalation/999999", **CONCERN)
    assert status == 404
    assert "no school with the URN 999999" in page
    assert engine_of(app).tasks.open() == []


def test_a_start_with_missing_data_starts_nothing(app: Flask, browser: Browser) -> None:
    status, page = browser.sign_in("seo").post("/start/barnsley-escalation/100001", concern_description="Something")
    assert status == 400
    assert "There is a problem" in page
    assert "Something" in page
    assert engine_of(app).tasks.open() == []


def test_no_school_chosen(browser: Browser) -> None:
    browser.sign_in("seo")
    status, page = browser.get("/start/barnsley-escalation?urn=")
    assert status == 400
    assert "Select a school" in page


def test_only_processes_that_my_roles_start_are_offered(browser: Browser) -> None:
    _, page = browser.sign_in("seo").get("/start")
    assert "Schools escalation process" in page
    assert "Stage 1" not in page
    assert browser.sign_in("clerk").get("/start")[0] == 403
    assert browser.sign_in("seo").get("/start/barnsley-escalation-stage-1")[0] == 403


def test_a_school_is_found_by_name_or_urn(browser: Browser) -> None:
    browser.sign_in("seo")
    for search in ("whatif", "100009"):
        _, page = browser.get(f"/start/barnsley-escalation?search={search}")
        assert "Whatif Vale Junior School" in page
        assert "Sampleby" not in page


def test_a_start_begins_the_case_with_what_was_entered(app: Flask, browser: Browser, case: int) -> None:
    variables = engine_of(app).cases.variables(1)
    assert variables["concern_description"] == "Results have fallen."
    assert variables["school"]["urn"] == "100001"
    assert variables["areas_of_concern"] == ["quality of education"]


def test_a_process_that_needs_a_school_offers_no_start_without_one(browser: Browser) -> None:
    assert "No school in particular" not in browser.sign_in("seo").get("/start/barnsley-escalation")[1]


def test_only_the_schools_that_a_process_is_for_are_offered(app: Flask, browser: Browser) -> None:
    _, page = browser.sign_in("seo").get("/start/barnsley-concerns-academy")
    with engine_of(app).reading() as session:
        academies = {row.urn for row in queries.schools(session) if row.type in ("academy", "free")}
    assert set(re.findall(r'name="urn" value="(\d+)"', page)) == academies


def test_a_closed_school_is_not_offered_and_the_page_says_why(app: Flask, browser: Browser) -> None:
    _close(app)
    _, page = browser.sign_in("seo").get("/start/barnsley-escalation?search=Shut")
    assert "Shut Lane Primary School: it has closed" in page
    assert 'value="100778"' not in page


def test_a_case_for_a_closed_school_is_refused_with_the_reason(app: Flask, browser: Browser) -> None:
    _close(app)
    status, page = browser.sign_in("seo").get("/start/barnsley-escalation/100778")
    assert status == 409
    assert "has closed" in page


def _close(app: Flask) -> None:
    line = b"urn,name,phase,type,maintained,status\n100778,Shut Lane Primary School,primary,community,true,closed\n"
    engine_of(app).schools.import_file(line, "barnsley")


def test_a_second_case_of_a_school_is_refused_before_anything_is_typed(browser: Browser, case: int) -> None:
    status, page = browser.get("/start/barnsley-escalation/100001")
    assert status == 409
    assert "There is a case already" in page
    assert f'href="/cases/{case}"' in page


@pytest.mark.parametrize("address", ["/start/barnsley-escalation", "/events", "/schools"])
def test_a_straight_apostrophe_finds_a_curly_one(app: Flask, browser: Browser, address: str) -> None:
    line = "100777,St Fabled\u2019s Primary School,primary,community"
    engine_of(app).schools.import_file(f"urn,name,phase,type\n{line}\n".encode(), "barnsley")
    assert "St Fabled\u2019s Primary School" in browser.sign_in("seo").get(f"{address}?search=fabled's")[1]


def test_no_school_chosen_is_said(browser: Browser) -> None:
    status, page = browser.sign_in("seo").get("/start/barnsley-escalation?chosen=1")
    assert status == 400
    assert "Select a school" in page


def test_a_second_case_of_a_school_is_refused_with_a_link_to_the_first(browser: Browser, case: int) -> None:
    status, page = browser.post("/start/barnsley-escalation/100001", **CONCERN)
    assert status == 409
    assert f'href="/cases/{case}"' in page


@pytest.fixture
def council(app: Flask, browser: Browser) -> Browser:
    """An officer of a council with 700 schools more; the last one's URN is 200699."""
    lines = [f"{200_000 + number},Numbered School {number:03},primary,community" for number in range(700)]
    engine_of(app).schools.import_file("\n".join(["urn,name,phase,type", *lines]).encode(), "barnsley")
    return browser.sign_in("seo")


@pytest.mark.parametrize("address", ["/start/barnsley-escalation", "/events"])
def test_of_many_schools_the_first_are_listed_and_how_to_find_the_others(council: Browser, address: str) -> None:
    _, page = council.get(address)
    assert page.count('type="radio"') == 50
    assert re.search(r"The first 50 of 7\d\d schools are listed", page)


@pytest.mark.parametrize("address", ["/start/barnsley-escalation", "/events"])
def test_each_of_many_schools_is_found(council: Browser, address: str) -> None:
    assert 'value="200699"' in council.get(f"{address}?search=200699")[1]


def test_a_case_is_started_for_the_last_of_many_schools(council: Browser) -> None:
    status, page = council.post("/start/barnsley-escalation/200699", **CONCERN)
    assert status == 200
    assert "Numbered School 699" in page


@pytest.mark.parametrize("address", ["/start/barnsley-risk-review/many", "/schools", "/cases"])
def test_each_of_many_schools_is_listed(council: Browser, address: str) -> None:
    assert "Numbered School 699" in council.get(address)[1]
