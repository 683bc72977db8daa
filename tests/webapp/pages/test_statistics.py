"""All cases of a process on one diagram, with a table that says the same."""

from __future__ import annotations

import re

from flask import Flask

from tests.webapp.conftest import Browser


def test_it_is_found_from_the_process(browser: Browser, case: int) -> None:
    page = browser.sign_in("service-director").get("/processes/barnsley-escalation")[1]
    assert 'href="/processes/barnsley-escalation/statistics"' in page


def test_the_number_on_the_diagram_is_that_of_the_table_and_leads_to_the_cases(browser: Browser, case: int) -> None:
    browser.sign_in("service-director")
    _, page = browser.get("/processes/barnsley-escalation/statistics")
    drawn = page[page.index("<svg") : page.index("</svg>")]
    listed = page[page.index("</svg>") :]
    assert "url(#hatching-" in drawn, "more than colour"
    address = re.search(r'<a href="([^"]*)"', drawn)
    assert address
    assert address[1] in listed
    status, cases = browser.get(address[1].replace("&amp;", "&"))
    assert status == 200
    assert f"Case {case}" in cases


def test_the_period_is_the_school_year_unless_another_is_chosen(browser: Browser, case: int) -> None:
    browser.sign_in("service-director")
    page = browser.get("/processes/barnsley-escalation/statistics")[1]
    assert "ended from 1 September 2026 until" in page
    assert "1 case began" in page
    assert (
        "0 cases began" in browser.get("/processes/barnsley-escalation/statistics?since=2025-01-01&until=2025-02-01")[1]
    )
    status, page = browser.get("/processes/barnsley-escalation/statistics?since=soon")
    assert (status, "Enter each day as a date" in page) == (400, True)


def test_a_process_that_is_not_there_has_no_page(browser: Browser) -> None:
    assert browser.sign_in("service-director").get("/processes/nothing/statistics")[0] == 404


def test_a_process_without_cases_says_so(browser: Browser) -> None:
    page = browser.sign_in("service-director").get("/processes/barnsley-escalation/statistics")[1]
    assert "0 cases are live" in page


def test_a_version_that_is_not_there_has_no_page(browser: Browser) -> None:
    assert browser.sign_in("service-director").get("/processes/barnsley-escalation/statistics?version=99")[0] == 404


def test_it_is_found_from_the_overview(browser: Browser, case: int) -> None:
    page = browser.sign_in("service-director").get("/overview")[1]
    assert 'href="/processes/barnsley-escalation/statistics"' in page


def test_the_list_of_a_place_says_which_it_is_and_is_of_one_s_own_authority(browser: Browser, case: int) -> None:
    address = "/cases?at=barnsley-escalation:1:document-evidence"
    page = browser.sign_in("service-director").get(address)[1]
    assert "SEO evidence summary (Schools escalation process, version 1)" in page
    assert f"Case {case}" not in browser.get("/cases?at=barnsley-escalation:1:consider-evidence")[1]
    assert browser.sign_in("seo", "elsewhere").get(address)[0] == 404


def test_a_manager_who_is_barred_from_a_case_is_not_shown_it_in_a_figure(browser: Browser, case: int) -> None:
    browser.sign_in("service-director")
    browser.post("/cases/1/conflicts", whom="service-director@barnsley.example.org", reason="They are related.")
    page = browser.get("/processes/barnsley-escalation/statistics")[1]
    assert "0 cases are live" in page
    assert "at SEO evidence summary" not in page


def test_whoever_may_not_see_a_case_does_not_find_it_by_its_place(browser: Browser, case: int) -> None:
    address = "/cases?at=barnsley-escalation:1:document-evidence"
    assert f"Case {case}" in browser.sign_in("seo").get(address)[1]
    assert f"Case {case}" not in browser.sign_in("service-manager-primary").get(address)[1]


def test_only_managers_may(app: Flask, browser: Browser) -> None:
    assert browser.sign_in("seo").get("/processes/barnsley-escalation/statistics")[0] == 403
