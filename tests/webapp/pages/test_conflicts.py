"""The page of a case's conflicts of interest: barring, lifting, and a complaint that bars whom it is about."""

from __future__ import annotations

from datetime import date

import pytest
from flask import Flask

from engine import Scope, queries
from engine.queries import AuditFilters
from engine.store.tables import Holding, Person
from tests.webapp.conftest import Browser, engine_of, link_to, visit

WHOM = "system-leader@barnsley.example.org"
AUDITOR = "information-governance@barnsley.example.org"


@pytest.fixture
def manager(browser: Browser, case: int) -> Browser:
    """Somebody who manages cases, signed in."""
    return browser.sign_in("service-director")


def test_the_page_says_who_is_barred_since_when_and_why(manager: Browser) -> None:
    status, page = manager.post("/cases/1/conflicts", whom=WHOM, reason="They are related to the head.")
    assert status == 200
    assert "Lee Sampleton is barred from case 1" in page
    assert "They are related to the head." in page
    assert "by Devi Fictional" in page


def test_it_is_lifted_with_a_reason(manager: Browser) -> None:
    manager.post("/cases/1/conflicts", whom=WHOM, reason="They are related.")
    assert "Nothing was changed" in manager.post("/conflicts/1/lift", reason="")[1]
    assert "They are not related." in manager.post("/conflicts/1/lift", reason="They are not related.")[1]
    assert manager.sign_in("system-leader").get("/cases/1")[0] == 200


def test_the_story_tells_it_to_managers_alone(manager: Browser) -> None:
    manager.post("/cases/1/conflicts", whom=WHOM, reason="They are related.")
    said = "Somebody was barred from the case, for a conflict of interest"
    assert said in manager.get("/cases/1")[1]
    assert said in manager.get("/cases/1/chronology")[1]
    assert said not in manager.sign_in("seo").get("/cases/1")[1]


def test_whoever_bars_themselves_is_led_to_the_list(manager: Browser) -> None:
    status, page = manager.post("/cases/1/conflicts", whom="service-director@barnsley.example.org", reason="Mine.")
    assert status == 200
    assert "is barred from case 1" in page


def test_a_bar_that_says_nothing_is_told_what_is_missing(manager: Browser) -> None:
    status, page = manager.post("/cases/1/conflicts", whom="", reason="")
    assert status == 400
    assert "Select who is barred" in page
    assert "Enter what the conflict of interest is" in page


def test_what_was_typed_is_kept_when_somebody_is_barred_already(manager: Browser) -> None:
    manager.post("/cases/1/conflicts", whom=WHOM, reason="They are related.")
    status, page = manager.post("/cases/1/conflicts", whom=WHOM, reason="Once more.")
    assert status == 400
    assert "Lee Sampleton is barred from this case already" in page
    assert "Once more." in page


@pytest.fixture
def auditor(manager: Browser) -> Browser:
    """Who reads the audit trail, barred from case 1."""
    assert "is barred" in manager.post("/cases/1/conflicts", whom=AUDITOR, reason="They are related.")[1]
    return manager.sign_in("information-governance")


def test_an_auditor_who_is_barred_does_not_read_of_the_case_in_the_trail(auditor: Browser) -> None:
    assert "Nothing fits." in auditor.get("/audit?case=1")[1]


def test_nor_one_entry_of_it(app: Flask, auditor: Browser) -> None:
    with engine_of(app).reading() as session:
        numbers = [each.seq for each in queries.audit_entries(session, "barnsley", AuditFilters(case=1))]
    assert numbers
    assert {auditor.get(f"/audit/{each}")[0] for each in numbers} == {404}


def test_nor_in_a_file(auditor: Browser) -> None:
    assert "They are related" not in auditor.get("/audit/export.csv")[1]


def test_what_is_of_no_case_stays_there(auditor: Browser) -> None:
    assert "Signed in" in auditor.get("/audit")[1]


@pytest.fixture
def complaint(browser: Browser) -> None:
    """Case 1: a complaint about the service manager for the primary phase, which the SEO has recorded."""
    said = {"about_manager": "yes", "complaint_managers": "service-manager-primary", "complaint_phase": "primary"}
    text = {"complaint_about_manager_by": "A head", "complaint_about_manager_text": "Results have fallen"}
    when = {"complaint_on-day": "4", "complaint_on-month": "9", "complaint_on-year": "2026"}
    status, _ = browser.sign_in("seo").post("/start/barnsley-complaint/100001", **said, **text, **when)
    assert status == 200


@pytest.mark.parametrize(
    ("person", "status"),
    [
        ("service-manager-primary", 404),
        ("service-manager-secondary", 404),
        ("head-of-bsa", 404),
        ("administrator", 404),
        ("head-of-learning-and-standards", 200),
        ("seo", 200),
    ],
)
def test_a_complaint_about_a_manager_exists_for_nobody_but_who_decides_it(
    browser: Browser, complaint: None, person: str, status: int
) -> None:
    browser.sign_in(person)
    assert browser.get("/cases/1")[0] == status
    assert ("/cases/1" in browser.get("/cases")[1]) == (status == 200)


def test_an_address_with_a_link_is_offered_and_barred(app: Flask, manager: Browser) -> None:
    [task] = engine_of(app).tasks.open(1)
    address = link_to(app, task.id, "seo", "me@example.org")
    client = visit(app, address)
    assert 'value="me@example.org"' in manager.get("/cases/1/conflicts")[1]
    assert "me@example.org is barred" in manager.post("/cases/1/conflicts", whom="me@example.org", reason="Kin.")[1]
    assert client.get(f"/tasks/{task.id}").status_code == 410
    assert manager.sign_in("seo").get(f"/tasks/{task.id}")[0] == 200


def test_whom_the_register_has_for_the_school_is_offered_with_or_without_an_account(
    app: Flask, manager: Browser
) -> None:
    with engine_of(app).transactions.writing(Scope("barnsley")) as session:
        person = Person(authority="barnsley", username="gov-x", email="gov-x@example.org", name="Gert Governor")
        session.add(person)
        session.flush()
        where = {"urn": "100001", "diocese": "", "trust": "", "excluded": False, "since": date(2026, 1, 1)}
        session.add(Holding(authority="barnsley", person_id=person.id, role="clerk", **where))
    assert "Gert Governor, " in manager.get("/cases/1/conflicts")[1]
    assert "Gert Governor is barred" in manager.post("/cases/1/conflicts", whom="gov-x", reason="Kin.")[1]
