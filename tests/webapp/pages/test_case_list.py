"""The list of cases: searched, narrowed, sorted, with columns to choose, and as a file."""

from __future__ import annotations

import csv
import io
import zipfile

import pytest
from flask import Flask

from engine.clock import VirtualClock
from tests.engine.running import DAY, Statements
from tests.webapp.conftest import CONCERN, EVIDENCE, Browser, engine_of


@pytest.fixture
def three(browser: Browser, case: int) -> list[int]:
    """Cases of three schools, the first of which has gone on by one step."""
    browser.post("/tasks/1", **EVIDENCE)
    for urn in ("100002", "100003"):
        browser.post(f"/start/barnsley-escalation/{urn}", **CONCERN)
    return [1, 2, 3]


def listed(browser: Browser, query: str = "") -> list[int]:
    """The cases of a list, in its order."""
    answer = browser.client.get(f"/cases/export.csv?{query}")
    return [int(row["Case"]) for row in csv.DictReader(io.StringIO(answer.get_data().decode("utf-8-sig")))]


def test_a_school_is_found_by_its_name_and_its_urn(browser: Browser, three: list[int]) -> None:
    assert listed(browser, "search=100002") == [2]
    assert listed(browser, "search=URN+100002") == [2]
    assert listed(browser, "search=SAMPLEBY") == [1]


def test_a_case_is_found_by_its_number_and_by_whoever_has_claimed_its_task(
    app: Flask, browser: Browser, three: list[int]
) -> None:
    assert listed(browser, "search=case+3") == [3]
    task = engine_of(app).tasks.open(2)[0].id
    browser.post(f"/tasks/{task}/claim")
    assert listed(browser, "search=sasha") == [2]
    assert "Sasha Example" in browser.get("/cases?search=sasha")[1]


def test_what_fits_nothing_says_so(browser: Browser, three: list[int]) -> None:
    assert "No case fits." in browser.get("/cases?search=nowhere+at+all")[1]


def test_it_is_narrowed_by_step_and_version(browser: Browser, three: list[int]) -> None:
    of = "process=barnsley-escalation"
    assert listed(browser, f"{of}&stage=consider-evidence") == [1]
    assert listed(browser, f"{of}&stage=document-evidence") == [3, 2]
    assert listed(browser, f"{of}&version=1") == [3, 2, 1]
    assert listed(browser, f"{of}&version=2") == []
    _, page = browser.get(f"/cases?{of}")
    assert "Head of BSA decision</option>" in page
    assert "Stage 1: School Improvement Strategy Group (SISG)</option>" in page


def test_finished_cases_stand_apart(app: Flask, browser: Browser, three: list[int]) -> None:
    engine_of(app).cases.cancel(2, "Mistake", by="seo@barnsley.example.org")
    assert listed(browser) == [3, 1]
    assert listed(browser, "status=finished") == [2]
    assert listed(browser, "status=all") == [3, 2, 1]


def test_what_is_late_and_what_falls_due_is_found(
    app: Flask, browser: Browser, three: list[int], clock: VirtualClock
) -> None:
    assert listed(browser, "due=late") == []
    due = engine_of(app).tasks.open(1)[0].due
    assert due is not None
    clock.set(due - 2 * DAY)
    assert 1 in listed(browser, "due=week")
    clock.set(due + DAY)
    assert listed(browser, "due=late") == [1]
    assert "Overdue: " in browser.get("/cases?due=late")[1]


def test_it_is_sorted_by_what_falls_due_next_by_age_and_by_school(browser: Browser, three: list[int]) -> None:
    assert listed(browser, "sort=next")[0] == 1, "a decision within a week, before a summary within two"
    assert listed(browser, "sort=oldest") == [1, 2, 3]
    answer = browser.client.get("/cases/export.csv?sort=school").get_data().decode("utf-8-sig")
    names = [row["School"] for row in csv.DictReader(io.StringIO(answer))]
    assert names == sorted(names)


def test_columns_are_chosen_and_the_file_has_them_too(browser: Browser, three: list[int]) -> None:
    _, page = browser.get("/cases?column=since&column=starter")
    assert '<th scope="col" class="govuk-table__header">Started by</th>' in page
    assert '<th scope="col" class="govuk-table__header">Process</th>' not in page
    answer = browser.client.get("/cases/export.csv?column=since&column=starter").get_data().decode("utf-8-sig")
    assert answer.splitlines()[0] == "Case,Since,Started by,Problems"
    assert "7 September 2026" in answer


def test_it_says_whom_a_case_waits_for(browser: Browser, three: list[int]) -> None:
    _, page = browser.get("/cases")
    assert "Head of the Barnsley Schools’ Alliance (BSA)" in page


def test_a_list_is_narrowed_to_days(browser: Browser, three: list[int]) -> None:
    assert listed(browser, "since=2026-09-07&until=2026-09-07") == [3, 2, 1]
    assert listed(browser, "since=2026-09-08") == []
    status, page = browser.get("/cases?since=soon")
    assert status == 400
    assert "Enter each day as a date" in page


def test_it_is_a_workbook(browser: Browser, three: list[int]) -> None:
    answer = browser.client.get("/cases/export.xlsx")
    assert zipfile.is_zipfile(io.BytesIO(answer.get_data()))


def test_more_cases_take_no_more_statements(app: Flask, browser: Browser, three: list[int]) -> None:
    browser.get("/cases?sort=next")
    with Statements(engine_of(app)) as few:
        browser.get("/cases?sort=next")
    for urn in ("100004", "100005", "100006"):
        browser.post(f"/start/barnsley-escalation/{urn}", **CONCERN)
    browser.get("/cases?sort=next")
    with Statements(engine_of(app)) as many:
        _, page = browser.get("/cases?sort=next")
    assert "6 cases" in page
    assert len(many.sent) == len(few.sent)


@pytest.mark.parametrize("number", ["9" * 9, "9" * 19, "9" * 20, "9" * 100, "²"])
@pytest.mark.parametrize("before", ["", "Case+", "URN+"])
def test_a_number_that_no_case_has_finds_none(browser: Browser, case: int, before: str, number: str) -> None:
    status, page = browser.get(f"/cases?search={before}{number}")
    assert status == 200
    assert "No case fits." in page
