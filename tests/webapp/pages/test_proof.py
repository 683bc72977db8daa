"""Proof of policy, by policy, clause and school, and as files."""

from __future__ import annotations

import csv
import io
import zipfile

import pytest
from flask import Flask

from engine.clock import VirtualClock
from tests.engine.running import DAY
from tests.webapp.conftest import EVIDENCE, Browser, engine_of

SUMMARY = "BAR-ESC-0.2"


def done_late(app: Flask, clock: VirtualClock) -> None:
    """The evidence summary, four days after the day on which it was due."""
    [first] = [task for task in engine_of(app).tasks.open(1) if task.element == "document-evidence"]
    assert first.due is not None
    clock.set(first.due + 4 * DAY)
    engine_of(app).tasks.complete(first.id, EVIDENCE, by="seo@barnsley.example.org")


def test_policies_say_how_often_they_were_kept(app: Flask, browser: Browser, case: int, clock: VirtualClock) -> None:
    done_late(app, clock)
    _, page = browser.sign_in("service-director").get("/proof")
    assert "Barnsley, schools escalation process, September 2021" in page
    assert "(0%)" in page


def test_a_policy_says_it_clause_by_clause(app: Flask, browser: Browser, case: int, clock: VirtualClock) -> None:
    done_late(app, clock)
    _, page = browser.sign_in("service-director").get("/proof/policies/BAR-ESC")
    assert "(at worst 4" in page
    assert "half by 4 days or less, at worst" in " ".join(page.split())


def test_a_clause_names_case_step_and_person(app: Flask, browser: Browser, case: int, clock: VirtualClock) -> None:
    done_late(app, clock)
    _, page = browser.sign_in("service-director").get(f"/proof/clauses/{SUMMARY}")
    assert "SEO evidence summary" in page
    assert "version 1" in page
    assert "by Sasha Example" in page
    assert "4 days" in page
    assert "Nothing fits." in browser.get(f"/proof/clauses/{SUMMARY}?outcome=on+time")[1]


def test_it_is_narrowed_to_days_and_to_a_school(browser: Browser, case: int) -> None:
    browser.sign_in("service-director")
    assert "1 time" in browser.get(f"/proof/clauses/{SUMMARY}?since=&until=")[1]
    assert "Nothing fits." in browser.get(f"/proof/clauses/{SUMMARY}?since=2020-01-01&until=2020-12-31")[1]
    assert "Nothing fits." in browser.get(f"/proof/clauses/{SUMMARY}?since=&until=&school=100002")[1]
    assert browser.get("/proof?school=999999")[0] == 404


WITH_DAYS = [
    "/proof",
    "/cases",
    "/cases/1/chronology",
    "/processes/barnsley-escalation/statistics",
    "/trends",
    "/cases/1/pack",
]


@pytest.mark.parametrize("address", WITH_DAYS)
def test_a_first_day_after_the_last_is_said_at_the_field(browser: Browser, case: int, address: str) -> None:
    status, page = browser.sign_in("service-director").get(f"{address}?since=2026-09-08&until=2026-09-01")
    assert status == 400
    assert 'href="#until"' in page
    assert 'id="until-error"' in page


def test_a_day_that_is_no_day_is_said(browser: Browser, case: int) -> None:
    status, page = browser.sign_in("service-director").get("/proof?since=soon&until=")
    assert status == 400
    assert "Enter each day as a date" in page


def test_a_policy_is_a_file_with_a_row_a_duty_and_case(
    app: Flask, browser: Browser, case: int, clock: VirtualClock
) -> None:
    done_late(app, clock)
    answer = browser.sign_in("service-director").client.get("/proof/policies/BAR-ESC/export.csv")
    rows = list(csv.DictReader(io.StringIO(answer.get_data().decode("utf-8-sig"))))
    [summary] = [row for row in rows if row["Clause"] == SUMMARY]
    assert summary["Outcome"] == "Late"
    assert summary["Days late"] == "4"
    assert summary["Case"] == "1"
    assert summary["Done by"] == "Sasha Example"


def test_a_clause_is_a_workbook(browser: Browser, case: int) -> None:
    answer = browser.sign_in("service-director").client.get(f"/proof/clauses/{SUMMARY}/export.xlsx")
    assert zipfile.is_zipfile(io.BytesIO(answer.get_data()))
    assert browser.get(f"/proof/clauses/{SUMMARY}/export.pdf")[0] == 404


def test_unknown_policies_and_clauses_are_no_pages(browser: Browser, case: int) -> None:
    browser.sign_in("service-director")
    assert browser.get("/proof/policies/NOTHING")[0] == 404
    assert browser.get("/proof/clauses/NOTHING-1")[0] == 404


def test_another_authority_s_clause_is_not_theirs(browser: Browser, case: int) -> None:
    browser.sign_in("seo", "elsewhere")
    assert browser.get(f"/proof/clauses/{SUMMARY}")[0] == 404
    assert browser.get("/proof/policies/BAR-ESC/export.csv")[0] == 404


def test_only_managers_see_it(browser: Browser, case: int) -> None:
    assert browser.sign_in("seo").get("/proof")[0] == 403
