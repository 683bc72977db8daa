"""School time to look at: what falls due, month by month and as a list, and the calendars."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask

from engine.clock import VirtualClock
from engine.store.tables import MovedDate, ProcessInstance
from engine.store.tenancy import Scope
from tests.engine.spiff.cases import bpmn, prop
from tests.webapp.conftest import PROGRESS, Browser, engine_of

MANAGER = "service-director"
MANAGERS = Scope("barnsley", frozenset({MANAGER}), MANAGER, oversees=True)


@pytest.fixture
def waiting(app: Flask, browser: Browser, case: int) -> Flask:
    """The case is at stage 1, and its group is to meet on 7 October; an SEO's task was due on 21 September."""
    engine = engine_of(app)
    for element, values in (
        ("document-evidence", {"evidence_summary": "x"}),
        ("consider-evidence", {"head_of_bsa_decision": "escalate", "school_category": "getting to good"}),
        ("set-up-sisg", {"sisg_members": []}),
        ("hold-sisg", {"sisg_date": "2026-09-07"}),
        ("share-summary", {}),
        ("update-on-progress", {"sisg_interval": "1 month", "sisg_next": "carry on", **PROGRESS}),
    ):
        task = next(task for task in engine.tasks.open(1) if task.element == element)
        engine.tasks.complete(task.id, values, by="story")
    return app


def test_the_list_shows_what_falls_due_until_the_end_of_next_term(waiting: Flask, browser: Browser) -> None:
    _, page = browser.sign_in(MANAGER).get("/calendar")
    # It is autumn 2026: the next term is spring, which ends on 25 March 2027.
    assert "to the end of next term, 25 March 2027" in page
    assert "7 October 2026" in page
    assert "Sampleby Community Primary School" in page
    assert "Late" not in page.split("<main")[1]


def test_what_is_late_is_marked_and_comes_first(waiting: Flask, browser: Browser, clock: VirtualClock) -> None:
    clock.advance(timedelta(days=45))
    _, page = browser.sign_in(MANAGER).get("/calendar")
    assert 'govuk-tag--red">Late' in page
    assert "Late: " in page


@pytest.mark.parametrize(
    ("narrowed", "there"), [("school=100001", True), ("school=100002", False), ("process=x", False)]
)
def test_it_is_narrowed_by_school_and_process(waiting: Flask, browser: Browser, narrowed: str, there: bool) -> None:
    _, page = browser.sign_in(MANAGER).get(f"/calendar?{narrowed}")
    assert ("7 October 2026" in page) is there


def test_a_month_is_drawn_with_what_each_day_is(waiting: Flask, browser: Browser) -> None:
    _, page = browser.sign_in(MANAGER).get("/calendar?view=month&month=2026-10")
    assert "October 2026" in page
    assert "school holiday" in page  # 26 October to 6 November is half-term
    assert page.index("7 October 2026") < page.index("Sampleby Community Primary School", page.index("7 October 2026"))
    _, page = browser.get("/calendar?view=month&month=2026-12")
    assert "bank holiday" in page
    for nonsense in ("2026-13", "soon", "9999-12"):
        assert browser.get(f"/calendar?view=month&month={nonsense}")[0] == 200


def test_an_estimated_date_is_marked(waiting: Flask, browser: Browser, clock: VirtualClock) -> None:
    engine = engine_of(waiting)
    clock.advance(timedelta(days=365 * 3 - 60))  # July 2029: the last known half-term is nearly over
    engine.jobs.run_due()
    for element in ("hold-sisg", "share-summary", "update-on-progress"):
        task = next(task for task in engine.tasks.open(1) if task.element == element)
        said = {"sisg_date": clock.now().date().isoformat(), "sisg_interval": "1 half-term", "sisg_next": "carry on"}
        engine.tasks.complete(task.id, said | PROGRESS, by="story")
    browser.sign_in(MANAGER)
    for address in ("/calendar", "/cases/1"):
        assert "stimated" in browser.get(address)[1].split("<main")[1], address


def test_managers_are_told_that_the_calendar_is_running_out(browser: Browser, clock: VirtualClock, case: int) -> None:
    assert "The school calendar ends on" not in browser.sign_in(MANAGER).get("/tasks")[1]
    clock.advance(timedelta(days=365 * 2 + 60))
    for address in ("/tasks", "/calendar", "/calendar/terms"):
        assert "The school calendar ends on" in browser.get(address)[1], address
    assert "The school calendar ends on" not in browser.sign_in("seo").get("/tasks")[1]


def test_a_calendar_page_has_the_terms_of_each_year(browser: Browser) -> None:
    _, page = browser.sign_in("seo").get("/calendar/terms")
    assert "Barnsley (sample)" in page
    assert "School year 2026/27" in page
    assert "Friday 23 October 2026" in page
    assert browser.get("/calendar/terms/100002")[0] == 404


def test_a_school_s_own_calendar_has_a_page(app: Flask, browser: Browser) -> None:
    folder = Path(app.config["ROOT"]) / "config/calendars"
    (folder / "schools").mkdir()
    try:
        shutil.copy(folder / "barnsley.csv", folder / "schools/100002.csv")
        _, page = browser.sign_in("seo").get("/calendar/terms")
        assert "/calendar/terms/100002" in page
        assert "St Example’s" in browser.get("/calendar/terms/100002")[1]
        assert browser.sign_in("seo", "elsewhere").get("/calendar/terms/100002")[0] == 404
    finally:
        shutil.rmtree(folder / "schools")


def test_what_falls_due_is_for_managers(browser: Browser) -> None:
    assert browser.sign_in("seo").get("/calendar")[0] == 403


NOTICE = bpmn(
    '<startEvent id="s"/><intermediateCatchEvent id="t" name="The notice runs out">'
    f"{prop(**{'from': '= notice_given'})}<timerEventDefinition><timeDuration>15 working days</timeDuration>"
    '</timerEventDefinition></intermediateCatchEvent><endEvent id="e"/>',
    "s>t t>e",
)


def test_a_date_that_a_bank_holiday_moved_is_confirmed_by_a_manager(app: Flask, browser: Browser, case: int) -> None:
    engine = engine_of(app)
    engine.deployments.deploy({"p.bpmn": NOTICE}, "barnsley", strict=False)
    notice = engine.cases.start("p", authority="barnsley", variables={"notice_given": "2026-10-01"})
    with engine.transactions.writing(MANAGERS) as session:
        row = {"instance_id": notice, "definition_id": session.get_one(ProcessInstance, notice).definition_id}
        days = {"before": datetime(2026, 10, 23, 7, tzinfo=UTC), "after": datetime(2026, 10, 24, 7, tzinfo=UTC)}
        moved = MovedDate(element="t", noticed=days["before"], authority="barnsley", **row, **days)
        session.add(moved)
    _, page = browser.sign_in(MANAGER).get("/calendar")
    assert "Dates that moved because of a bank holiday" in page
    assert "23 October 2026" in page
    assert "24 October 2026" in page
    status, page = browser.post("/calendar/moved/1")
    assert status == 200
    assert "The new date is confirmed." in page
    assert "Dates that moved because of a bank holiday" not in page
    assert browser.post("/calendar/moved/1")[0] == 404


def test_only_a_manager_confirms(browser: Browser, case: int) -> None:
    assert browser.sign_in("clerk").post("/calendar/moved/1")[0] == 403
