"""The school calendar is changed in the browser: which dates of open cases would move is said before, and they move after."""

from __future__ import annotations

import html
import io
import re

import pytest
from flask import Flask

from engine import Scope, queries
from tests.webapp.conftest import Browser, engine_of
from tests.webapp.pages.test_configuration import hidden

YEAR = "/configuration/calendar/year"


@pytest.fixture
def owner(browser: Browser) -> Browser:
    return browser.sign_in("process-owner")


def typed(owner: Browser, year: str, **other: str) -> dict[str, str]:
    """The year's form as it stands, with other dates."""
    _, page = owner.get(f"{YEAR}?year={year}")
    days = dict(re.findall(r'id="([a-z]+-\d-(?:first|last))" name="[^"]*" value="([^"]*)"', page))
    inset = re.search(r"<textarea[^>]*>([^<]*)", page)
    assert inset
    return {"year": year, **days, "inset": html.unescape(inset[1]), **other}


def saved(owner: Browser, page: str) -> str:
    return owner.post("/configuration/calendar/save", note="As the council decided", **hidden(page))[1]


def test_the_school_years_are_shown(owner: Browser) -> None:
    status, page = owner.get("/configuration/calendar")
    assert status == 200
    assert "2026/27" in page
    assert "Friday 23 October 2026" in page
    assert "Add 2029/30" in page


def test_a_change_says_which_dates_would_move_and_moves_them(app: Flask, owner: Browser) -> None:
    engine, scope = engine_of(app), Scope.all_authorities()
    xml = (
        b'<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" id="d" targetNamespace="x"><process id="timed" '
        b'name="A timed process" isExecutable="true"><startEvent id="s"/><sequenceFlow id="f" sourceRef="s" targetRef="t"/>'
        b'<intermediateCatchEvent id="t" name="Next meeting"><timerEventDefinition id="x"><timeDuration>1 half-term'
        b"</timeDuration></timerEventDefinition></intermediateCatchEvent>"
        b'<sequenceFlow id="g" sourceRef="t" targetRef="e"/><endEvent id="e"/></process></definitions>'
    )
    engine.deployments.deploy({"timed.bpmn": xml}, "barnsley", strict=False)
    case = engine.cases.start("timed", authority="barnsley")
    engine.calendars.follow()
    with engine.reading(scope) as session:
        before = [row.due for row in queries.timers(session, instance=case)]
    _, page = owner.post(YEAR, **typed(owner, "2026/27", **{"autumn-2-first": "2026-11-16"}))
    assert "Dates of open cases that would move (1)" in page
    assert f"Case {case}, A timed process: Next meeting, from 16 November 2026 to 23 November 2026" in page
    with engine.reading(scope) as session:
        assert [row.due for row in queries.timers(session, instance=case)] == before
    assert "School calendar: version 2 counts from now on" in saved(owner, page)
    assert engine.calendars.follow() == 1
    with engine.reading(scope) as session:
        assert [row.due for row in queries.timers(session, instance=case)] != before


def test_the_next_year_begins_with_last_years_dates(owner: Browser) -> None:
    given = typed(owner, "2029/30")
    assert given["autumn-1-first"].startswith("2029-")
    _, page = owner.post(YEAR, **given)
    assert "Autumn 1 2029/30" in page or "autumn 1 2029/30" in page.lower()


@pytest.mark.parametrize(
    ("other", "said"),
    [
        ({"autumn-1-first": ""}, "Enter the first day of autumn 1"),
        ({"autumn-1-last": "2026-08-01"}, "is after"),
        ({"autumn-2-first": "2026-10-01"}, "they overlap"),
        ({"inset": "1 September"}, "is no day: write days as 2026-09-01"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(owner: Browser, other: dict[str, str], said: str) -> None:
    status, page = owner.post(YEAR, **typed(owner, "2026/27", **other))
    assert status == 400
    assert said in page


def test_a_published_file_takes_the_place_of_its_years(app: Flask, owner: Browser) -> None:
    current = engine_of(app).configuration.standing("calendar", Scope("barnsley")).content
    content = current.replace(b"2026-09-01,2026-10-23", b"2026-09-02,2026-10-23").replace(
        b"INSET,2026-09-01,2026-09-01", b"INSET,2026-09-02,2026-09-02"
    )
    data = {"file": (io.BytesIO(content), "terms.csv")}
    page = owner.client.post("/configuration/calendar/file", data=data, follow_redirects=True).get_data(as_text=True)
    assert "Check this change" in page
    assert "Wednesday 2 September 2026" in page
    saved(owner, page)
    assert engine_of(app).calendars.of("barnsley").half_terms[6].first.isoformat() == "2026-09-02"


def test_a_file_that_is_no_calendar_says_why(owner: Browser) -> None:
    data = {"file": (io.BytesIO(b"a,b\n1,2\n"), "terms.csv")}
    page = owner.client.post("/configuration/calendar/file", data=data, follow_redirects=True).get_data(as_text=True)
    assert "there is no column" in page
    assert "Select a file." in owner.post("/configuration/calendar/file")[1]


@pytest.mark.parametrize("year", ["", "2026", "2026/28", "1999/00"])
def test_a_year_that_there_is_not(owner: Browser, year: str) -> None:
    assert "There is no such school year." in owner.client.get(f"{YEAR}?year={year}", follow_redirects=True).text
