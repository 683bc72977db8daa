"""A manager hands a case's story over: the chronology, on paper too, and a pack whose checksums verify."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from click.testing import CliRunner
from playwright.sync_api import Page

from tests.browser.person import Person
from webapp.cli import main

PROCESS = "Schools escalation process"
SCHOOL = "Figment Hill Primary School"


def test_a_case_s_story_is_read_printed_and_handed_over(
    person: Person, page: Page, axe: Callable[[], None], tmp_path: Path
) -> None:
    case = person.sign_in("seo").start(PROCESS, SCHOOL)
    person.do("SEO evidence summary", evidence_summary="Results in phonics fell.")
    page.goto(f"{person.address}/cases/{case}")
    person.follow(page.get_by_role("link", name="Whole chronology"))
    assert "SEO evidence summary" in page.locator("main").inner_text()
    axe()
    answer = page.get_by_text("Results in phonics fell.")
    assert not answer.is_visible(), "folded on the screen"
    page.emulate_media(media="print")
    assert answer.is_visible(), "open on paper"
    assert not page.get_by_role("button", name="Show").is_visible()
    page.emulate_media(media="screen")
    page.goto(f"{person.sign_in('service-director').address}/cases/{case}/pack")
    axe()
    person.press("Download the pack")
    assert "There is a problem" in person.text()
    axe()
    page.get_by_label("Names or words to black out").fill("phonics")
    page.get_by_label("Why is it left out?").fill("Not for the panel")
    page.get_by_label("What is the pack for?").fill("Panel of 3 March 2027")
    page.get_by_text("entries", exact=False).first.click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download the pack").click()
    file = tmp_path / download.value.suggested_filename
    download.value.save_as(file)
    done = CliRunner().invoke(main, ["pack", "verify", str(file)])
    assert f"evidence-case-{case}.zip: as it was made" in done.output
    page.goto(f"{person.address}/cases/{case}/chronology")
    assert "Panel of 3 March 2027" in page.locator("main").inner_text()
    axe()
    page.goto(f"{person.address}/schools")
    person.follow(page.get_by_role("link", name=SCHOOL))
    person.follow(page.get_by_role("link", name="Chronology of the school"))
    assert f"Case {case}" in page.locator("main").inner_text()
    axe()


def test_a_case_s_page_is_printed_with_its_answers(person: Person, page: Page) -> None:
    case = person.sign_in("seo").start(PROCESS, "Imaginary Hill Foundation Primary School")
    person.do("SEO evidence summary", evidence_summary="Attendance fell.")
    page.goto(f"{person.address}/cases/{case}")
    page.emulate_media(media="print")
    assert page.get_by_text("Attendance fell.").first.is_visible()
