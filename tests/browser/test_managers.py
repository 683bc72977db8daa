"""What managers look at: every page of theirs, at desktop and at phone width, and the main way through it."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page

from tests.browser.person import Person

PROCESS = "Schools escalation process"
SCHOOL = "Figment Hill Primary School"


def test_a_manager_proves_that_a_policy_was_followed(
    person: Person, page: Page, axe: Callable[[], None], tmp_path: Path
) -> None:
    person.sign_in("seo").start(PROCESS, SCHOOL)
    person.do("SEO evidence summary")
    person.forward("1 month")
    person.sign_in("service-director")
    person.follow(page.get_by_role("link", name="Proof of policy"))
    axe()
    person.follow(page.get_by_role("link", name="Barnsley, schools escalation process, September 2021"))
    assert "Fell due" in page.locator("main").inner_text()
    axe()
    person.follow(page.get_by_role("link", name="The SEO and/or the allocated system leader documents the evidence"))
    assert SCHOOL in page.locator("tbody").inner_text()
    assert "On time" in page.locator("tbody").inner_text()
    axe()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download for Excel").click()
    assert download.value.suggested_filename == "proof-bar-esc-0.2.xlsx"
    page.goto(f"{person.address}/schools")
    person.follow(page.get_by_role("link", name=SCHOOL))
    person.follow(page.get_by_role("link", name="Were the policies followed at this school?"))
    assert page.locator("#school").input_value() != ""
    axe()


def test_a_manager_finds_the_late_cases_and_takes_the_list_along(
    person: Person, page: Page, axe: Callable[[], None]
) -> None:
    case = person.sign_in("seo").start(PROCESS, "Imaginary Hill Foundation Primary School")
    person.forward("1 month")
    person.sign_in("service-director")
    person.follow(page.get_by_role("link", name="Cases", exact=True))
    axe()
    page.get_by_label("School, URN, case number, person or reference").fill("imaginary hill")
    page.get_by_label("Date", exact=True).select_option("Something is late")
    page.get_by_label("Sorted by").select_option("What falls due next")
    person.press("Show")
    assert f"Case {case}" in page.locator("tbody").inner_text()
    assert "Overdue" in page.locator("tbody").inner_text()
    page.get_by_text("More", exact=True).click()
    page.get_by_label("Started by", exact=True).check()
    page.locator("#process").select_option(PROCESS)
    person.press("Show")
    axe()
    page.get_by_label("Stage or step").select_option("SEO evidence summary")
    person.press("Show")
    assert f"Case {case}" in page.locator("tbody").inner_text()
    with page.expect_download() as download:
        page.get_by_role("link", name="for Excel").click()
    assert download.value.suggested_filename == "cases.xlsx"


def test_a_manager_sees_first_what_is_late_and_follows_it(person: Person, page: Page, axe: Callable[[], None]) -> None:
    person.sign_in("seo").start(PROCESS, "Sampleby Community Primary School")
    person.forward("1 month")
    person.sign_in("service-director")
    assert person.heading == "Overview"
    assert "late" in page.locator("main").inner_text()
    axe()
    person.follow(page.locator("p", has_text=re.compile(r"tasks? (is|are) late")).get_by_role("link"))
    assert "Overdue" in page.locator("tbody").inner_text()
