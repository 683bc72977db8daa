"""What is due for deletion: listed, decided by whoever looks after records, and proven once it is deleted."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from engine.store.tables import ProcessInstance
from engine.store.tenancy import Scope
from tests.webapp.conftest import Browser, engine_of

YEAR = timedelta(days=366)


def deleted(app: Flask, due: Browser) -> None:
    due.post("/records/approve", disposal=1, sure=1)
    engine_of(app).retention.follow()


@pytest.mark.parametrize("person", ["service-director", "administrator", "seo", "headteacher"])
@pytest.mark.parametrize("page", ["/records", "/records/1", "/records/holds"])
def test_is_nobody_else_s(due: Browser, person: str, page: str) -> None:
    assert due.sign_in(person).get(page)[0] == 403


def test_is_listed_with_why_and_what_it_holds(due: Browser) -> None:
    page = due.get("/records")[1]
    assert "Case 1</a>" in page
    assert "Kept for 7 years after the end (Pathways’ own default" in page
    assert "1 answered task" in page or "letter" in page


def test_a_default_that_nobody_chose_is_called_so(due: Browser) -> None:
    assert "Your council has set no times" in due.get("/records")[1]


def test_it_is_shown_once_more_before_it_is_deleted(due: Browser) -> None:
    assert "Delete 1 case for good" in due.post("/records/approve", disposal=1)[1]
    assert "Case 1</a>" in due.get("/records")[1]


def test_nothing_ticked_is_told(due: Browser) -> None:
    status, page = due.post("/records/approve")
    assert status == 400
    assert "Select the cases that are to be deleted" in page


def test_it_is_deleted_once_it_is_approved(app: Flask, due: Browser) -> None:
    assert "1 case is being deleted" in due.post("/records/approve", disposal=1, sure=1)[1]
    engine_of(app).retention.follow()
    with engine_of(app).reading() as session:
        assert session.get(ProcessInstance, 1) is None


def test_the_certificate_says_what_when_by_whom_and_its_checksum(app: Flask, due: Browser) -> None:
    deleted(app, due)
    page = due.get("/records/1")[1]
    assert "Certificate of deletion" in page
    assert "Gov Guardwell" in page
    assert "SHA-256 of the content" in page
    assert "Results have fallen" not in page


def test_the_address_of_the_case_says_that_it_was_deleted(app: Flask, due: Browser) -> None:
    deleted(app, due)
    status, page = due.get("/cases/1")
    assert status == 410
    assert "Case 1 was deleted" in page


def test_to_whoever_saw_only_some_cases_there_is_none(app: Flask, due: Browser) -> None:
    deleted(app, due)
    assert due.sign_in("seo").get("/cases/1")[0] == 404


def test_the_audit_trail_says_so_and_nothing_of_the_content(app: Flask, due: Browser) -> None:
    deleted(app, due)
    page = due.get("/audit?case=1")[1]
    assert "Case deleted, by the retention schedule" in page
    with engine_of(app).reading() as session:
        first = session.connection().exec_driver_sql("SELECT min(seq) FROM audit_entry WHERE erased = 1").scalar()
    entry = due.get(f"/audit/{first}")[1]
    assert "was deleted with its case" in entry


def test_keeping_back_needs_a_reason_and_a_day_to_come(due: Browser) -> None:
    past = {"again-day": "1", "again-month": "1", "again-year": "2020"}
    status, page = due.post("/records/1", reason="", **past)
    assert status == 400
    assert "Enter why the case is kept" in page
    assert "must be in the future" in page


def test_what_is_kept_back_says_why_and_until_when(due: Browser) -> None:
    again = {"again-day": "1", "again-month": "9", "again-year": "2040"}
    due.post("/records/1", reason="An appeal may come.", **again)
    page = due.get("/records?status=kept")[1]
    assert "An appeal may come." in page
    assert "Asked again on 1 September 2040" in page


def test_somebody_barred_from_a_case_does_not_decide_on_it(app: Flask, due: Browser) -> None:
    with engine_of(app).transactions.writing(Scope.all_authorities()) as session:
        case = session.get_one(ProcessInstance, 1)
        assert case.archived is not None
    whom = "information-governance@barnsley.example.org"
    due.sign_in("service-director").post("/cases/1/conflicts", whom=whom, reason="They are related.")
    due.sign_in("information-governance")
    assert "Case 1</a>" not in due.get("/records")[1]
    assert due.get("/records/1")[0] == 404


@pytest.mark.parametrize("page", ["/processes/barnsley-escalation/statistics", "/proof", "/trends"])
def test_pages_with_figures_say_what_they_do_not_count(app: Flask, due: Browser, page: str) -> None:
    deleted(app, due)
    asked = "?since=2026-09-01&until=2027-08-31"
    said = due.sign_in("service-director").get(page + asked)[1]
    assert "1 case that was open in this time" in " ".join(said.split())


def test_a_case_is_not_kept_back_for_ever(due: Browser) -> None:
    never = {"again-day": "31", "again-month": "12", "again-year": "9999"}
    status, page = due.post("/records/1", reason="An appeal may come.", **never)
    assert status == 400
    assert "not later than" in page


def test_until_when_it_is_kept_back_may_be_changed(due: Browser) -> None:
    due.post("/records/1", reason="An appeal may come.", **{"again-day": "1", "again-month": "9", "again-year": "2040"})
    assert "Case 1 is kept back" in due.get("/records/1")[1]
    due.post("/records/1", reason="It came.", **{"again-day": "1", "again-month": "9", "again-year": "2036"})
    assert "Asked again on 1 September 2036" in due.get("/records?status=kept")[1]
